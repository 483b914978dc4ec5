"""Whether a fake scores above the very file it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.estimate import Estimate, RoundMeasure, estimate
from fakestormer.evaluation.scored import ScoredSet
from fakestormer.evaluation.scores import ScoreRow

PAIR_COLUMN = "pair_of"


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
