"""Two detectors compared, as text for people and as JSON, with what the numbers rest on."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakestormer.evaluation.breakdown import Coverage
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.difference import AucDifference, DetectorDifference, measure_difference
from fakestormer.evaluation.journal import RUN_FILE, SCORES_FILE
from fakestormer.evaluation.markdown import align, show
from fakestormer.evaluation.record import read_run
from fakestormer.evaluation.scores import read_scores
from fakestormer.types import DataError

DIFFERENCE_VERSION = 1
MAX_LISTED = 10  # files named in the text; the JSON holds all


@dataclass(frozen=True, slots=True)
class ScoreSource:
    """A score table, its SHA-256, and the description of its detector; None without a readable run.json beside it."""

    path: str
    sha256: str
    detector: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class DifferenceRecord:
    """Two detectors compared, and what that rests on."""

    first: ScoreSource
    second: ScoreSource
    config: EvaluationConfig
    difference: DetectorDifference


def compare_evaluations(first: Path, second: Path, config: EvaluationConfig | None = None) -> DifferenceRecord:
    """The comparison of two score tables, each given as a file or as the folder of its evaluation.

    Raises:
        DataError: a table cannot be read, or they do not list the same files with the same labels and groups.
    """
    config = config or EvaluationConfig()
    tables = [path / SCORES_FILE if path.is_dir() else path for path in (first, second)]
    difference = measure_difference(read_scores(tables[0]), read_scores(tables[1]), config)
    return DifferenceRecord(_source(tables[0]), _source(tables[1]), config, difference)


def conclude(difference: DetectorDifference) -> str:
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


def render_difference(record: DifferenceRecord) -> str:
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
            rows = [(item.name or "(none)", *_row(item.difference), item.reference) for item in measured]
            parts += [f"## By {breakdown.column}", align([(breakdown.column, *header, "reals"), *rows])]
    parts.append(
        f"Brackets: {config.confidence:.0%} percentile intervals from {config.num_rounds} bootstrap rounds over whole "
        f"clusters (column {config.cluster_column}, else single files), the same for both detectors, seed "
        f"{config.seed}. DeLong's test takes every file as independent of the others; where files share a cluster, the "
        "interval counts. Among many lines some differ by chance."
    )
    return "\n\n".join([*parts, conclude(difference)]) + "\n"


def write_difference(path: Path, record: DifferenceRecord) -> None:
    """The comparison as JSON, schema `DIFFERENCE_VERSION`, with every file that only one detector scored.

    Raises:
        DataError: the file cannot be written.
    """
    plain = dataclasses.asdict(record.difference)
    by = {breakdown["column"]: breakdown["slices"] for breakdown in plain.pop("breakdowns")}
    content = {
        "difference_version": DIFFERENCE_VERSION,
        "sources": {"first": dataclasses.asdict(record.first), "second": dataclasses.asdict(record.second)},
        "config": dataclasses.asdict(record.config),
        **plain,
        "by": by,
        "conclusion": conclude(record.difference),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", "utf-8")
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror}): choose another file for --out") from None


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
