"""Two detectors on the same files: how far their AUCs lie apart, overall and by column, for people and as JSON."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from sklearn.metrics import roc_auc_score

from fakestormer.evaluation.breakdown import Coverage, Reference, plan_slices
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.metrics import (
    DeLong,
    Estimate,
    ReplicateMeasure,
    compare_areas,
    estimate,
    measure_replicates,
    run_bootstrap,
)
from fakestormer.evaluation.rates import has_intervals, missing_labels
from fakestormer.evaluation.record import RUN_FILE, SCORES_FILE, read_run
from fakestormer.evaluation.scores import ScoredSet, ScoreRow, read_scores
from fakestormer.evaluation.tables import align, show
from fakestormer.files import write_file
from fakestormer.types import DataError

COMPARISON_VERSION = 2
MAX_LISTED = 10  # files named in the text; the JSON holds all


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
class ComparisonBreakdown:
    """The slices of one column."""

    column: str
    slices: tuple[SliceDifference, ...]


@dataclass(frozen=True, slots=True)
class DetectorComparison:
    """Two score tables of the same files. `only_first` and `only_second`: files that only one of the two scored."""

    first: Coverage
    second: Coverage
    num_common: int
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    overall: AucDifference
    breakdowns: tuple[ComparisonBreakdown, ...]


def compare_detectors(
    first: Sequence[ScoreRow], second: Sequence[ScoreRow], config: EvaluationConfig | None = None
) -> DetectorComparison:
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
    subsets = [np.ones(len(both), dtype=bool), *(plan.selected for column in columns for plan in plans[column])]
    replicates = run_bootstrap([_replicate_areas(ours, theirs, subset) for subset in subsets], ours.clusters, config)
    overall, *others = (_measure(ours, theirs, *item, config) for item in zip(subsets, replicates, strict=True))
    following = iter(others)
    breakdowns = (
        ComparisonBreakdown(
            column, tuple(SliceDifference(plan.name, plan.reference, next(following)) for plan in plans[column])
        )
        for column in columns
    )
    return DetectorComparison(
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


def _replicate_areas(ours: ScoredSet, theirs: ScoredSet, subset: Bool[ndarray, " items"]) -> ReplicateMeasure:
    """What gives both AUCs and their difference in bootstrap replicates; NaN where a class is absent."""

    def measure_areas(weights: Int[ndarray, "replicates items"]) -> Float[ndarray, "replicates 3"]:
        fakes, drawn = ours.is_fake[subset], weights[:, subset]
        if missing_labels(fakes):
            return np.full((len(weights), 3), np.nan)
        first, second = (measure_replicates(fakes, one.logits[subset], drawn)[:, 0] for one in (ours, theirs))
        return np.stack([first, second, first - second], axis=1)

    return measure_areas


def _measure(
    ours: ScoredSet,
    theirs: ScoredSet,
    subset: Bool[ndarray, " items"],
    replicates: Float[ndarray, "replicates 3"],
    config: EvaluationConfig,
) -> AucDifference:
    fakes, clusters = ours.is_fake[subset], ours.clusters[subset]
    num_fake = int(fakes.sum())
    num_real, num_clusters = len(fakes) - num_fake, len(set(clusters.tolist()))
    if missing := missing_labels(fakes):
        return AucDifference(num_real, num_fake, num_clusters, reason=f"no {missing} file was scored by both")
    scores = ours.logits[subset], theirs.logits[subset]
    areas = [float(roc_auc_score(fakes, one)) for one in scores]
    drawn = replicates if has_intervals(fakes, clusters) else replicates[:0]
    first, second, gap = estimate([*areas, areas[0] - areas[1]], drawn, config.confidence)
    return AucDifference(num_real, num_fake, num_clusters, first, second, gap, compare_areas(fakes, *scores))


@dataclass(frozen=True, slots=True)
class ScoreSource:
    """A score table, its SHA-256, and the description of its detector; None without a readable run.json beside it."""

    path: str
    sha256: str
    detector: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class ComparisonRecord:
    """Two detectors compared, and what that rests on."""

    first: ScoreSource
    second: ScoreSource
    config: EvaluationConfig
    difference: DetectorComparison


def compare_evaluations(first: Path, second: Path, config: EvaluationConfig | None = None) -> ComparisonRecord:
    """The comparison of two score tables, each given as a file or as the folder of its evaluation.

    Raises:
        DataError: a table cannot be read, or they do not list the same files with the same labels and groups.
    """
    config = config or EvaluationConfig()
    tables = [path / SCORES_FILE if path.is_dir() else path for path in (first, second)]
    difference = compare_detectors(read_scores(tables[0]), read_scores(tables[1]), config)
    return ComparisonRecord(_source(tables[0]), _source(tables[1]), config, difference)


def conclude(difference: DetectorComparison) -> str:
    """One plain sentence: which detector orders the files better, if the interval of the difference says so."""
    overall = difference.overall
    gap = overall.difference
    if gap is None:
        return f"Nothing can be compared: {overall.reason}."
    if gap.low is None or gap.high is None:
        return f"No conclusion: the AUC differs by {gap.value:+.3f}, but no interval can be given for so few clusters."
    figures = f"{_show_gap(overall)} on {difference.num_common} files"
    if gap.low <= 0 <= gap.high:
        return f"These files do not tell the two detectors apart: AUC difference {figures}; the interval holds 0."
    better = "first" if gap.value > 0 else "second"
    return f"The {better} detector orders these files better: AUC difference {figures}; the interval leaves out 0."


def render_comparison(record: ComparisonRecord) -> str:
    """The comparison as text that ends with a newline and with the conclusion."""
    difference, config = record.difference, record.config
    header = ("real", "fake", "clusters", "AUC first", "AUC second", "first - second", "DeLong p")
    parts = [
        "# Two detectors on the same files",
        f"First: {_describe(record.first, difference.first)}\nSecond: {_describe(record.second, difference.second)}",
        f"Scored by both: {difference.num_common} files; only these are compared.",
        *_list_files("first", difference.only_first),
        *_list_files("second", difference.only_second),
        align([header, _row(difference.overall)]),
    ]
    for breakdown in difference.breakdowns:
        measured = [item for item in breakdown.slices if item.difference.first]
        if measured:
            rows = [
                (item.name or "(none)", *_row(item.difference), item.reference.replace("_", " ")) for item in measured
            ]
            parts += [f"## By {breakdown.column}", align([(breakdown.column, *header, "reals"), *rows])]
    parts.append(
        f"Brackets: {config.confidence:.0%} percentile intervals from {config.num_replicates} bootstrap replicates "
        f"over whole clusters (column {config.cluster_column}, else single files), the same for both detectors, seed "
        f"{config.seed}. DeLong's test takes every file as independent of the others; where files share a cluster, the "
        "interval counts. Among many lines some differ by chance."
    )
    return "\n\n".join([*parts, conclude(difference)]) + "\n"


def write_comparison(path: Path, record: ComparisonRecord) -> None:
    """The comparison as JSON, schema `COMPARISON_VERSION`, with every file that only one detector scored.

    Raises:
        DataError: the file cannot be written.
    """
    plain = dataclasses.asdict(record.difference)
    by = {breakdown["column"]: breakdown["slices"] for breakdown in plain.pop("breakdowns")}
    content = {
        "comparison_version": COMPARISON_VERSION,
        "sources": {"first": dataclasses.asdict(record.first), "second": dataclasses.asdict(record.second)},
        "config": dataclasses.asdict(record.config),
        **plain,
        "by": by,
        "conclusion": conclude(record.difference),
    }
    write_file(path, json.dumps(content, indent=2, allow_nan=False) + "\n")


def _source(table: Path) -> ScoreSource:
    note = read_run(table.with_name(RUN_FILE))
    return ScoreSource(str(table), hashlib.sha256(table.read_bytes()).hexdigest(), note[1] if note else None)


def _describe(source: ScoreSource, coverage: Coverage) -> str:
    detector = source.detector or {}
    known = "model_name" in detector and "weights_sha256" in detector
    weights = f", weights {detector['model_name']} (sha256 {detector['weights_sha256'][:12]})" if known else ""
    return f"{source.path}{weights}; {coverage.num_scored} of {coverage.num_files} files scored"


def _list_files(which: str, files: Sequence[str]) -> tuple[str, ...]:
    if not files:
        return ()
    more = f" and {len(files) - MAX_LISTED} more" if len(files) > MAX_LISTED else ""
    return (f"Scored by the {which} alone: {len(files)} ({', '.join(files[:MAX_LISTED])}{more}).",)


def _row(item: AucDifference) -> tuple[str, ...]:
    p_value = f"{item.delong.p_value:.2g}" if item.delong else "-"
    counts = (str(item.num_real), str(item.num_fake), str(item.num_clusters))
    return (*counts, show(item.first), show(item.second), _show_gap(item), p_value)


def _show_gap(item: AucDifference) -> str:
    gap = item.difference
    if gap is None:
        return "-"
    interval = "" if gap.low is None or gap.high is None else f" [{gap.low:+.3f}, {gap.high:+.3f}]"
    return f"{gap.value:+.3f}{interval}"
