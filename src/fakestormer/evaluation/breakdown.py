"""Results by the values of a column (group, family or method), and pairwise accuracy: is a fake above its original?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.metrics import Estimate, RoundMeasure, estimate
from fakestormer.evaluation.rates import Comparison, Macro, average, compare
from fakestormer.evaluation.scores import ScoredSet, ScoreRow

Reference = Literal["own", "all"]
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
class Breakdown:
    """The slices of one column, and their means by the rule (`chosen`), against own reals, and against all reals."""

    column: str
    slices: tuple[Slice, ...]
    chosen: Macro
    own: Macro
    all: Macro


@dataclass(frozen=True, slots=True)
class SlicePlan:
    """Which scored rows take part in a slice's two comparisons."""

    name: str
    coverage: Coverage
    reference: Reference
    own: Bool[ndarray, " items"]
    all: Bool[ndarray, " items"]


def plan_slices(
    column: str, rows: Sequence[ScoreRow], scored: ScoredSet, config: EvaluationConfig
) -> tuple[SlicePlan, ...]:
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
            SlicePlan(
                name,
                Coverage.of(covered),
                "own" if own_reals.sum() >= config.min_own_reals else "all",
                own_reals | (fakes & in_shared),
                fakes | ~scored.is_fake,
            )
        )
    return tuple(plans)


def break_down(
    column: str,
    plans: Sequence[SlicePlan],
    scored: ScoredSet,
    following: Iterable[Float[ndarray, "rounds rates"]],
    config: EvaluationConfig,
) -> Breakdown:
    """The slices of a column; takes two sets of rounds for each plan from `following`."""
    stream = iter(following)
    slices: list[Slice] = []
    rounds: dict[str, list[tuple[Comparison, Float[ndarray, "rounds rates"]]]] = {"chosen": [], "own": [], "all": []}
    for plan in plans:
        own_rounds, all_rounds = next(stream), next(stream)
        own = compare(scored, plan.own, own_rounds, config, f"file of this {column}'s own groups")
        everyone = compare(scored, plan.all, all_rounds, config, "file")
        slices.append(Slice(plan.name, plan.coverage, plan.reference, own, everyone))
        rounds["own"].append((own, own_rounds))
        rounds["all"].append((everyone, all_rounds))
        rounds["chosen"].append(rounds[plan.reference][-1])
    means = {name: average(measured, config.confidence) for name, measured in rounds.items()}
    return Breakdown(column, tuple(slices), means["chosen"], means["own"], means["all"])


@dataclass(frozen=True, slots=True)
class PairOrder:
    """The share of pairs whose fake scores above its original; equal scores count half.

    `num_named`: fakes whose row names an original in the column `pair_of`. `num_compared`: those of them whose original
    is listed as a real, both scored. Several fakes of one original are drawn together in the bootstrap.
    """

    num_named: int
    num_compared: int
    in_order: Estimate | None


@dataclass(frozen=True, slots=True)
class PairPlan:
    """The pairs that can be compared: the original's place among the scored rows, and 1, 1/2 or 0 for its order."""

    num_named: int
    originals: Int[ndarray, " pairs"]
    orders: Float[ndarray, " pairs"]

    def round_share(self, weights: Int[ndarray, "rounds items"]) -> Float[ndarray, "rounds 1"]:
        """The share in order in each round; a pair is drawn as often as its original."""
        drawn = weights[:, self.originals].astype(float)
        with np.errstate(invalid="ignore"):
            share: Float[ndarray, "rounds 1"] = ((drawn @ self.orders) / drawn.sum(axis=1))[:, None]
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


def pair_measures(plan: PairPlan | None) -> tuple[RoundMeasure, ...]:
    """What measures the pairs in bootstrap rounds; nothing where there are none to compare."""
    return () if plan is None or not len(plan.originals) else (plan.round_share,)


def order_pairs(
    plan: PairPlan | None,
    scored: ScoredSet,
    rounds: Sequence[Float[ndarray, "rounds rates"]],
    config: EvaluationConfig,
) -> PairOrder | None:
    """The share of pairs in order; an interval, from the rounds of `pair_measures`, needs two clusters of originals."""
    if plan is None:
        return None
    if not len(plan.originals):
        return PairOrder(plan.num_named, 0, None)
    (drawn,) = rounds
    enough = len(set(scored.clusters[plan.originals].tolist())) >= 2
    (share,) = estimate([float(plan.orders.mean())], drawn if enough else drawn[:0], config.confidence)
    return PairOrder(plan.num_named, len(plan.originals), share)
