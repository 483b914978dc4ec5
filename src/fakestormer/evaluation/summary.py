"""From the score table to metrics: overall, for each group, family and method, with coverage beside every number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.metrics import draw_weights, measure, measure_rounds
from fakestormer.evaluation.scores import OUTCOMES, ScoreRow

Reference = Literal["own", "all"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its bootstrap percentile interval; `low` and `high` are None where no interval can be given."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scored fakes against scored reals. Without both, the estimates are None and `reason` says what is missing.

    An interval needs at least two clusters with reals and two with fakes: one person resampled is still one person.
    """

    num_real: int
    num_fake: int
    num_clusters: int
    auc: Estimate | None
    average_precision: Estimate | None
    equal_error_rate: Estimate | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the files: how many got a score, how many hold nothing to score, how many failed."""

    num_files: int
    num_scored: int
    num_not_applicable: int
    num_error: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One group, family or method: its fakes against the reals of their own groups, and against all reals.

    `own` leaves out fakes whose group has no scored real. `reference` names the comparison that the rule picks: own
    where there are enough such reals, else all. Coverage counts the rows that carry this value.
    """

    name: str
    coverage: Coverage
    reference: Reference
    own: Comparison
    all: Comparison

    @property
    def chosen(self) -> Comparison:
        """The comparison that `reference` names."""
        return self.own if self.reference == "own" else self.all


@dataclass(frozen=True, slots=True)
class Macro:
    """The plain mean over the slices that have the rate, each slice counting once; None where no slice has it."""

    num_slices: int
    auc: Estimate | None
    average_precision: Estimate | None
    equal_error_rate: Estimate | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The slices of one column, and their means by the rule (`chosen`), against own reals, and against all reals."""

    column: str
    slices: tuple[Slice, ...]
    chosen: Macro
    own: Macro
    all: Macro


@dataclass(frozen=True, slots=True)
class Summary:
    """Overall coverage, decisions (label -> outcome -> files) and rates, and a breakdown for each column."""

    coverage: Coverage
    decisions: dict[str, dict[str, int]]
    overall: Comparison
    breakdowns: tuple[Breakdown, ...]


def summarise(rows: Sequence[ScoreRow], config: EvaluationConfig | None = None) -> Summary:
    """The metrics of a score table; needs at least one row."""
    config = config or EvaluationConfig()
    scored = _Scored.of([row for row in rows if row.is_scored], config)
    present = {name for row in rows for name, _ in row.carried}
    columns = ("group", *(column for column in config.breakdown_columns if column in present))
    plans = {column: _plan_slices(column, rows, scored, config) for column in columns}
    subsets = [subset for slices in plans.values() for item in slices for subset in (item.own, item.all)]
    everything = np.ones(len(scored.rows), dtype=bool)
    rounds = _bootstrap(scored, [everything, *subsets], config)
    overall = _compare(scored, everything, rounds[0], config, "file")
    following = iter(rounds[1:])
    breakdowns = tuple(_break_down(column, plans[column], scored, following, config) for column in columns)
    decisions: dict[str, dict[str, int]] = {
        label: {outcome: sum(row.label == label and row.decision == outcome for row in rows) for outcome in OUTCOMES}
        for label in ("real", "fake")
    }
    return Summary(_cover(rows), decisions, overall, breakdowns)


@dataclass(frozen=True, slots=True)
class _Scored:
    """The scored rows as arrays; `clusters` numbers the units that are drawn together."""

    rows: list[ScoreRow]
    is_fake: Bool[ndarray, " items"]
    logits: Float[ndarray, " items"]
    clusters: Int[ndarray, " items"]

    @classmethod
    def of(cls, rows: list[ScoreRow], config: EvaluationConfig) -> _Scored:
        numbers: dict[tuple[str, str], int] = {}
        keys = [(row.column(config.cluster_column), row.file) for row in rows]
        clusters = [numbers.setdefault((key, "") if key else ("", file), len(numbers)) for key, file in keys]
        return cls(
            rows,
            np.array([row.is_fake for row in rows], dtype=bool),
            np.array([row.logit for row in rows], dtype=float),
            np.array(clusters, dtype=np.int64),
        )


@dataclass(frozen=True, slots=True)
class _SlicePlan:
    """Which scored rows take part in a slice's two comparisons."""

    name: str
    coverage: Coverage
    reference: Reference
    own: Bool[ndarray, " items"]
    all: Bool[ndarray, " items"]


def _plan_slices(
    column: str, rows: Sequence[ScoreRow], scored: _Scored, config: EvaluationConfig
) -> tuple[_SlicePlan, ...]:
    """One plan for each value that a fake has in the column; of `group`, for values that only reals have as well."""
    names = sorted({row.column(column) for row in rows if column == "group" or (row.is_fake and row.column(column))})
    groups = np.array([row.group for row in scored.rows], dtype=object)
    values = np.array([row.column(column) for row in scored.rows], dtype=object)
    plans = []
    for name in names:
        fakes = scored.is_fake & (values == name)
        shared = set(groups[fakes]) & set(groups[~scored.is_fake])
        in_shared = np.array([group in shared for group in groups], dtype=bool)
        own_reals = ~scored.is_fake & (in_shared | ((values == name) & (column == "group")))
        covered = [row for row in rows if row.column(column) == name and (column == "group" or row.is_fake)]
        plans.append(
            _SlicePlan(
                name,
                _cover(covered),
                "own" if own_reals.sum() >= config.min_own_reals else "all",
                own_reals | (fakes & in_shared),
                fakes | ~scored.is_fake,
            )
        )
    return tuple(plans)


def _cover(rows: Sequence[ScoreRow]) -> Coverage:
    return Coverage(
        num_files=len(rows),
        num_scored=sum(row.is_scored for row in rows),
        num_not_applicable=sum(row.decision == "not_applicable" for row in rows),
        num_error=sum(row.decision == "error" for row in rows),
    )


def _bootstrap(
    scored: _Scored, subsets: list[Bool[ndarray, " items"]], config: EvaluationConfig
) -> list[Float[ndarray, "rounds 3"]]:
    """The rates of each subset in each round, NaN where a class is absent.

    One draw of clusters serves all subsets, so that rounds can be averaged over slices.
    """
    rounds = [np.full((config.num_rounds, 3), np.nan) for _ in subsets]
    start = 0
    for weights in draw_weights(scored.clusters, config.num_rounds, np.random.default_rng(config.seed)):
        for rates, subset in zip(rounds, subsets, strict=True):
            fakes = scored.is_fake[subset]
            if fakes.any() and not fakes.all():
                drawn = measure_rounds(fakes, scored.logits[subset], weights[:, subset])
                rates[start : start + len(drawn)] = drawn
        start += len(weights)
    return rounds


def _compare(
    scored: _Scored,
    subset: Bool[ndarray, " items"],
    rounds: Float[ndarray, "rounds 3"],
    config: EvaluationConfig,
    where: str,
) -> Comparison:
    fakes, clusters = scored.is_fake[subset], scored.clusters[subset]
    num_fake = int(fakes.sum())
    counts = (len(fakes) - num_fake, num_fake, len(set(clusters.tolist())))
    if 0 in counts[:2]:
        missing = " and ".join(name for name, count in zip(("real", "fake"), counts[:2], strict=True) if not count)
        return Comparison(*counts, None, None, None, f"no {missing} {where} was scored")
    enough = min(len(set(clusters[fakes].tolist())), len(set(clusters[~fakes].tolist()))) >= 2
    rates = measure(fakes, scored.logits[subset])
    estimates = _estimates(np.array(rates), rounds if enough else rounds[:0], config)
    return Comparison(*counts, *estimates, None)


def _estimates(
    values: Float[ndarray, " rates"], rounds: Float[ndarray, "rounds 3"], config: EvaluationConfig
) -> tuple[Estimate, Estimate, Estimate]:
    """Percentile intervals over the rounds in which both classes were drawn."""
    defined = rounds[~np.isnan(rounds).any(axis=1)]
    if not len(defined):
        first, second, third = (Estimate(float(value), None, None) for value in values)
        return first, second, third
    tail = (1 - config.confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail], axis=0)
    first, second, third = (Estimate(float(values[i]), float(low[i]), float(high[i])) for i in range(3))
    return first, second, third


def _break_down(
    column: str,
    plans: Sequence[_SlicePlan],
    scored: _Scored,
    following: Iterable[Float[ndarray, "rounds 3"]],
    config: EvaluationConfig,
) -> Breakdown:
    """The slices of a column; takes two sets of rounds for each plan from `following`."""
    stream = iter(following)
    slices: list[Slice] = []
    rounds: dict[str, list[tuple[Comparison, Float[ndarray, "rounds 3"]]]] = {"chosen": [], "own": [], "all": []}
    for plan in plans:
        own_rounds, all_rounds = next(stream), next(stream)
        own = _compare(scored, plan.own, own_rounds, config, f"file of this {column}'s own groups")
        everyone = _compare(scored, plan.all, all_rounds, config, "file")
        item = Slice(plan.name, plan.coverage, plan.reference, own, everyone)
        slices.append(item)
        rounds["own"].append((own, own_rounds))
        rounds["all"].append((everyone, all_rounds))
        rounds["chosen"].append(rounds[plan.reference][-1])
    means = {name: _mean(measured, config) for name, measured in rounds.items()}
    return Breakdown(column, tuple(slices), means["chosen"], means["own"], means["all"])


def _mean(measured: list[tuple[Comparison, Float[ndarray, "rounds 3"]]], config: EvaluationConfig) -> Macro:
    """The mean over the slices that have rates; in each round, over those of them that drew both classes.

    Without an interval where fewer than half of the slices have one of their own: the rounds would hardly move it.
    """
    values, rounds, num_intervals = [], [], 0
    for comparison, drawn in measured:
        rates = (comparison.auc, comparison.average_precision, comparison.equal_error_rate)
        if comparison.auc is not None:
            values.append([rate.value for rate in rates if rate is not None])
            rounds.append(drawn)
            num_intervals += comparison.auc.low is not None
    if not values:
        return Macro(0, None, None, None)
    if 2 * num_intervals < len(values):
        return Macro(len(values), *_estimates(np.mean(values, axis=0), np.empty((0, 3)), config))
    stacked = np.stack(rounds)
    present = ~np.isnan(stacked)
    with np.errstate(invalid="ignore"):
        means = np.where(present, stacked, 0).sum(axis=0) / present.sum(axis=0)
    return Macro(len(values), *_estimates(np.mean(values, axis=0), means, config))
