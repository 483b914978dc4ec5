"""Results by the values of a column (group, family or method), and pairwise accuracy: is a fake above its original?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.metrics import Estimate, ReplicateMeasure, estimate
from fakestormer.evaluation.rates import Macro, SetRates, average, measure_rates
from fakestormer.evaluation.scores import ScoredSet, ScoreRow

Reference = Literal["same_source", "all"]
PAIR_COLUMN = "pair_of"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the files: how many got a score, how many hold nothing to score, how many failed."""

    num_files: int
    num_scored: int
    num_not_applicable: int
    num_error: int

    @classmethod
    def of(cls, rows: Sequence[ScoreRow]) -> Coverage:
        """The rows counted by what became of them."""
        return cls(
            num_files=len(rows),
            num_scored=sum(row.is_scored for row in rows),
            num_not_applicable=sum(row.decision == "not_applicable" for row in rows),
            num_error=sum(row.decision == "error" for row in rows),
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """One group, family or method: its fakes against reals of the same source, and against all reals.

    A source is a group with at least `min_same_source_reals` scored reals; `same_source` leaves out fakes of other
    groups. `reference` names the reals that an evaluation refers to by default: those of the same source where there
    are any, else all. Coverage counts the rows that carry this value.
    """

    name: str
    coverage: Coverage
    reference: Reference
    same_source: SetRates
    all: SetRates

    @property
    def selected(self) -> SetRates:
        """The rates against the reals that `reference` names."""
        return self.same_source if self.reference == "same_source" else self.all


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The slices of one column, and their means: against the selected reference, the same source, and all reals."""

    column: str
    slices: tuple[Slice, ...]
    selected: Macro
    same_source: Macro
    all: Macro


@dataclass(frozen=True, slots=True)
class SlicePlan:
    """Which scored rows take part in a slice's two comparisons."""

    name: str
    coverage: Coverage
    reference: Reference
    same_source: Bool[ndarray, " items"]
    all: Bool[ndarray, " items"]

    @property
    def selected(self) -> Bool[ndarray, " items"]:
        """The rows of the comparison that `reference` names."""
        return self.same_source if self.reference == "same_source" else self.all


def plan_slices(
    column: str, rows: Sequence[ScoreRow], scored: ScoredSet, config: EvaluationConfig
) -> tuple[SlicePlan, ...]:
    """One plan for each value that a fake has in the column; of `group`, for values that only reals have as well.

    Args:
        column: `group`, or a carried column of the table.
        rows: the whole table, for the coverage.
        scored: its scored rows.
        config: says how many reals make a group a source.
    """
    names = sorted({row.column(column) for row in rows if column == "group" or (row.is_fake and row.column(column))})
    groups = np.array([row.group for row in scored.rows], dtype=object)
    values = np.array([row.column(column) for row in scored.rows], dtype=object)
    num_reals = Counter(groups[~scored.is_fake].tolist())
    sources = {group for group, number in num_reals.items() if number >= config.min_same_source_reals}
    plans = []
    for name in names:
        fakes = scored.is_fake & (values == name)
        shared = sources & set(groups[fakes])
        in_shared = np.isin(groups, list(shared))
        alone = (values == name) & (column == "group") & ~fakes.any()  # a group of reals only
        covered = [row for row in rows if row.column(column) == name and (column == "group" or row.is_fake)]
        plans.append(
            SlicePlan(
                name,
                Coverage.of(covered),
                "same_source" if shared else "all",
                (~scored.is_fake & (in_shared | alone)) | (fakes & in_shared),
                fakes | ~scored.is_fake,
            )
        )
    return tuple(plans)


def measure_breakdown(
    column: str,
    plans: Sequence[SlicePlan],
    scored: ScoredSet,
    following: Iterable[Float[ndarray, "replicates rates"]],
    config: EvaluationConfig,
) -> Breakdown:
    """The slices of a column, and their means.

    Args:
        column: its name.
        plans: what `plan_slices` gave for it.
        scored: the scored rows.
        following: replicates of the rates; two sets are taken for each plan, same source first, then all reals.
        config: of the intervals.
    """
    stream = iter(following)
    where = f"file from a source with at least {config.min_same_source_reals} scored reals"
    slices: list[Slice] = []
    measured: dict[str, list[tuple[SetRates, Float[ndarray, "replicates rates"]]]] = {"same_source": [], "all": []}
    selected: list[tuple[SetRates, Float[ndarray, "replicates rates"]]] = []
    for plan in plans:
        drawn = {"same_source": next(stream), "all": next(stream)}
        same_source = measure_rates(scored, plan.same_source, drawn["same_source"], config, where)
        everyone = measure_rates(scored, plan.all, drawn["all"], config, "file")
        slices.append(Slice(plan.name, plan.coverage, plan.reference, same_source, everyone))
        measured["same_source"].append((same_source, drawn["same_source"]))
        measured["all"].append((everyone, drawn["all"]))
        selected.append(measured[plan.reference][-1])
    means = (average(one, config.confidence) for one in (selected, measured["same_source"], measured["all"]))
    return Breakdown(column, tuple(slices), *means)


@dataclass(frozen=True, slots=True)
class PairwiseAccuracy:
    """The share of pairs whose fake scores above its original; equal scores count half.

    `num_named`: fakes whose row names an original in the column `pair_of`. `num_compared`: those of them whose original
    is listed as a real, both scored. Several fakes of one original are drawn together in the bootstrap.
    """

    num_named: int
    num_compared: int
    accuracy: Estimate | None


@dataclass(frozen=True, slots=True)
class PairPlan:
    """The pairs that can be compared: the original's place among the scored rows, and 1, 1/2 or 0 for its order."""

    num_named: int
    originals: Int[ndarray, " pairs"]
    orders: Float[ndarray, " pairs"]

    def replicate_accuracy(self, weights: Int[ndarray, "replicates items"]) -> Float[ndarray, "replicates 1"]:
        """The accuracy in each replicate; a pair is drawn as often as its original."""
        drawn = weights[:, self.originals].astype(float)
        with np.errstate(invalid="ignore"):
            share: Float[ndarray, "replicates 1"] = ((drawn @ self.orders) / drawn.sum(axis=1))[:, None]
        return share


def plan_pairs(rows: Sequence[ScoreRow], scored: ScoredSet) -> PairPlan | None:
    """The pairs of a table; None where it has no column `pair_of`."""
    if not any(name == PAIR_COLUMN for row in rows for name, _ in row.carried):
        return None
    places = {row.file: place for place, row in enumerate(scored.rows) if not row.is_fake}
    originals, orders = [], []
    for row, logit in zip(scored.rows, scored.logits, strict=True):
        original = places.get(row.column(PAIR_COLUMN)) if row.is_fake else None
        if original is not None:
            originals.append(original)
            orders.append((float(np.sign(logit - scored.logits[original])) + 1) / 2)
    num_named = sum(row.is_fake and bool(row.column(PAIR_COLUMN)) for row in rows)
    return PairPlan(num_named, np.array(originals, dtype=np.int64), np.array(orders, dtype=float))


def pair_measures(plan: PairPlan | None) -> tuple[ReplicateMeasure, ...]:
    """What measures the pairs in bootstrap replicates; nothing where there are none to compare."""
    return () if plan is None or not len(plan.originals) else (plan.replicate_accuracy,)


def measure_pairwise_accuracy(
    plan: PairPlan | None,
    scored: ScoredSet,
    replicates: Sequence[Float[ndarray, "replicates rates"]],
    config: EvaluationConfig,
) -> PairwiseAccuracy | None:
    """The pairwise accuracy; an interval, from the replicates of `pair_measures`, needs two clusters of originals."""
    if plan is None:
        return None
    if not len(plan.originals):
        return PairwiseAccuracy(plan.num_named, 0, None)
    (drawn,) = replicates
    enough = len(set(scored.clusters[plan.originals].tolist())) >= 2
    (share,) = estimate([float(plan.orders.mean())], drawn if enough else drawn[:0], config.confidence)
    return PairwiseAccuracy(plan.num_named, len(plan.originals), share)
