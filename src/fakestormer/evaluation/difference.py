"""Two detectors on the same files: how far their AUCs lie apart, overall and by the columns of the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from sklearn.metrics import roc_auc_score

from fakestormer.evaluation.breakdown import Coverage, Reference, plan_slices
from fakestormer.evaluation.comparison import has_intervals, missing_labels
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.delong import DeLong, compare_areas
from fakestormer.evaluation.estimate import Estimate, RoundMeasure, estimate, run_rounds
from fakestormer.evaluation.metrics import measure_rounds
from fakestormer.evaluation.scored import ScoredSet
from fakestormer.evaluation.scores import ScoreRow
from fakestormer.types import DataError


@dataclass(frozen=True, slots=True)
class AucDifference:
    """AUC of two detectors on the files that both scored, and the first less the second.

    The intervals draw whole clusters, the same ones for both detectors. Without reals and fakes the estimates are None
    and `reason` says what is missing.
    """

    num_real: int
    num_fake: int
    num_clusters: int
    first: Estimate | None = None
    second: Estimate | None = None
    difference: Estimate | None = None
    delong: DeLong | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SliceDifference:
    """One group, family or method against the reals that `reference` names, as in an evaluation."""

    name: str
    reference: Reference
    difference: AucDifference


@dataclass(frozen=True, slots=True)
class DifferenceBreakdown:
    """The slices of one column."""

    column: str
    slices: tuple[SliceDifference, ...]


@dataclass(frozen=True, slots=True)
class DetectorDifference:
    """Two score tables of the same files. `only_first` and `only_second`: files that only one of the two scored."""

    first: Coverage
    second: Coverage
    num_common: int
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    overall: AucDifference
    breakdowns: tuple[DifferenceBreakdown, ...]


def measure_difference(
    first: Sequence[ScoreRow], second: Sequence[ScoreRow], config: EvaluationConfig | None = None
) -> DetectorDifference:
    """How far two detectors lie apart; only files that both scored are compared, carried columns are the first's.

    Raises:
        DataError: the tables do not list the same files with the same labels and groups.
    """
    config = config or EvaluationConfig()
    partners = _match(first, second)
    both = [row for row in first if row.is_scored and partners[row.file].is_scored]
    ours, theirs = ScoredSet.of(both, config), ScoredSet.of([partners[row.file] for row in both], config)
    present = {name for row in first for name, _ in row.carried}
    columns = ("group", *(column for column in config.breakdown_columns if column in present))
    plans = {column: plan_slices(column, both, ours, config) for column in columns}
    chosen = [plan.own if plan.reference == "own" else plan.all for column in columns for plan in plans[column]]
    subsets = [np.ones(len(both), dtype=bool), *chosen]
    rounds = run_rounds([_round_areas(ours, theirs, subset) for subset in subsets], ours.clusters, config)
    overall, *others = (_measure(ours, theirs, *item, config) for item in zip(subsets, rounds, strict=True))
    following = iter(others)
    breakdowns = (
        DifferenceBreakdown(
            column, tuple(SliceDifference(plan.name, plan.reference, next(following)) for plan in plans[column])
        )
        for column in columns
    )
    return DetectorDifference(
        Coverage.of(first),
        Coverage.of(second),
        len(both),
        tuple(row.file for row in first if row.is_scored and not partners[row.file].is_scored),
        tuple(row.file for row in first if not row.is_scored and partners[row.file].is_scored),
        overall,
        tuple(breakdowns),
    )


def _match(first: Sequence[ScoreRow], second: Sequence[ScoreRow]) -> dict[str, ScoreRow]:
    """The second table's row of each file of the first."""
    ours, theirs = {row.file: row for row in first}, {row.file: row for row in second}
    advice = "compare two evaluations of one manifest"
    if alone := sorted(set(ours) ^ set(theirs)):
        raise DataError(f"only one of the two tables lists {alone[0]!r} ({len(alone)} such files): {advice}")
    for file, row in ours.items():
        for word, mine, other in (("label", row.label, theirs[file].label), ("group", row.group, theirs[file].group)):
            if mine != other:
                raise DataError(f"the {word} of {file!r} is {mine!r} in one table and {other!r} in the other: {advice}")
    return theirs


def _round_areas(ours: ScoredSet, theirs: ScoredSet, subset: Bool[ndarray, " items"]) -> RoundMeasure:
    """What gives both AUCs and their difference in bootstrap rounds; NaN where a class is absent."""

    def measure_areas(weights: Int[ndarray, "rounds items"]) -> Float[ndarray, "rounds 3"]:
        fakes, drawn = ours.is_fake[subset], weights[:, subset]
        if missing_labels(fakes):
            return np.full((len(weights), 3), np.nan)
        first, second = (measure_rounds(fakes, one.logits[subset], drawn)[:, 0] for one in (ours, theirs))
        return np.stack([first, second, first - second], axis=1)

    return measure_areas


def _measure(
    ours: ScoredSet,
    theirs: ScoredSet,
    subset: Bool[ndarray, " items"],
    rounds: Float[ndarray, "rounds 3"],
    config: EvaluationConfig,
) -> AucDifference:
    fakes, clusters = ours.is_fake[subset], ours.clusters[subset]
    num_fake = int(fakes.sum())
    num_real, num_clusters = len(fakes) - num_fake, len(set(clusters.tolist()))
    if missing := missing_labels(fakes):
        return AucDifference(num_real, num_fake, num_clusters, reason=f"no {missing} file was scored by both")
    scores = ours.logits[subset], theirs.logits[subset]
    areas = [float(roc_auc_score(fakes, one)) for one in scores]
    drawn = rounds if has_intervals(fakes, clusters) else rounds[:0]
    first, second, gap = estimate([*areas, areas[0] - areas[1]], drawn, config.confidence)
    return AucDifference(num_real, num_fake, num_clusters, first, second, gap, compare_areas(fakes, *scores))
