"""Results by the values of a column: each group, family or method, with coverage beside every number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from fakestormer.evaluation.comparison import Comparison, Macro, average, compare
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.scored import ScoredSet
from fakestormer.evaluation.scores import ScoreRow

Reference = Literal["own", "all"]


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
