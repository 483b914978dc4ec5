"""The sets that curves are drawn of: everything, and the largest families."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from fakestormer.evaluation.scores import ScoredSet

MOST_CURVES = 6  # besides the one of everything: more cannot be told apart without colour
FEWEST_FAKES = 5  # a curve of fewer is a staircase of chance


@dataclass(frozen=True, slots=True)
class Selection:
    """Fakes of one kind and all reals."""

    name: str
    is_fake: Bool[ndarray, " items"]
    logits: Float[ndarray, " items"]

    @property
    def label(self) -> str:
        """The name and how many fakes stand behind it."""
        return f"{self.name} ({int(self.is_fake.sum())})"


def dividing_column(scored: ScoredSet) -> str:
    """`family` where some fake has one, else `group`."""
    return "family" if any(row.is_fake and row.column("family") for row in scored.rows) else "group"


def largest_kinds(scored: ScoredSet) -> tuple[Selection, ...]:
    """Everything, then by name the families (or groups) with the most fakes, at least five each."""
    column = dividing_column(scored)
    counts = Counter(row.column(column) for row in scored.rows if row.is_fake)
    common = [name for name, count in counts.most_common(MOST_CURVES) if name and count >= FEWEST_FAKES]
    kinds = [Selection("all fakes", scored.is_fake, scored.logits)]
    for name in sorted(common) if len(counts) > 1 else []:
        of_kind = [not row.is_fake or row.column(column) == name for row in scored.rows]
        kinds.append(Selection(name, scored.is_fake[of_kind], scored.logits[of_kind]))
    return tuple(kinds)


def values_by_kind(scored: ScoredSet) -> Sequence[tuple[str, Float[ndarray, " fakes"], Float[ndarray, " reals"]]]:
    """(name, logits of its fakes, logits of the reals of their groups) of every family or group that has fakes."""
    column = dividing_column(scored)
    names = np.array([row.column(column) for row in scored.rows], dtype=object)
    groups = np.array([row.group for row in scored.rows], dtype=object)
    kinds = []
    for name in sorted({str(name) for name in names[scored.is_fake]}):
        fakes = scored.is_fake & (names == name)
        same_source = ~scored.is_fake & np.isin(groups, list(set(groups[fakes])))
        kinds.append((name or "(none)", scored.logits[fakes], scored.logits[same_source]))
    return kinds
