"""Robustness for people and programs: a Markdown table of AUC by distortion and level, and all numbers as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakestormer.evaluation.markdown import align
from fakestormer.evaluation.record import Metrics, comparison_to_json, hash_detector
from fakestormer.evaluation.robustness import Robustness
from fakestormer.video import Distortion

ROBUSTNESS_VERSION = 1
JSON_FILE, TABLE_FILE = "robustness.json", "robustness.md"
_NOTE = (
    "Each cell: AUC over the files that were scored, [its interval], files scored/files listed. Where fewer were "
    "scored than clean, the AUC is that of the files that were left, perhaps the easier ones. Brackets: {interval}; "
    "none where all reals or all fakes stand in one cluster. Mean drop: the clean AUC less that under each distortion "
    "of the level, averaged over the number in brackets; platforms do not count. Kernels, blocks and cells are in "
    "pixels of the whole frame, milder on larger ones. Blocks and noise: seed {seed}."
)


@dataclass(frozen=True, slots=True)
class LevelDrop:
    """How much lower than clean the AUC is on average at one level, over the `num_kinds` distortions that have one."""

    level: int
    num_kinds: int
    drop: float


def mean_drops(result: Robustness) -> tuple[LevelDrop, ...]:
    """The average drop at each level over the distortions of the protocol, platforms left out; none without AUCs."""
    clean = result.clean.summary.overall.rates.auc
    found: dict[int, list[float]] = {}
    for one in result.distorted:
        auc = one.metrics.summary.overall.rates.auc
        if not one.distortion.is_platform and auc is not None and clean is not None:
            found.setdefault(one.distortion.level, []).append(clean.value - auc.value)
    return tuple(LevelDrop(level, len(drops), math.fsum(drops) / len(drops)) for level, drops in sorted(found.items()))


def write_robustness(out: Path, result: Robustness) -> str:
    """The table as text; it is written into `out` as well, and beside it all numbers as JSON."""
    text = render_robustness(result)
    (out / TABLE_FILE).write_text(text, "utf-8")
    run = result.clean.run
    detector_hash = None if run.detector is None else hash_detector(run.detector)
    content = {
        "robustness_version": ROBUSTNESS_VERSION,
        "run": dataclasses.asdict(run) | {"detector_sha256": detector_hash},
        "seed": result.config.seed,
        "evaluation": dataclasses.asdict(result.clean.config),
        "clean": _rates_to_json(result.clean),
        "distorted": [
            {"name": one.distortion.name, "kind": one.distortion.kind, "level": one.distortion.level}
            | {"parameter": one.distortion.parameter, "is_platform": one.distortion.is_platform}
            | _rates_to_json(one.metrics)
            for one in result.distorted
        ],
        "mean_drops": [dataclasses.asdict(one) for one in mean_drops(result)],
    }
    (out / JSON_FILE).write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", "utf-8")
    return text


def render_robustness(result: Robustness) -> str:
    """The whole result as Markdown that ends with a newline, readable in a terminal as well."""
    config = result.clean.config
    interval = (
        f"{config.confidence:.0%} percentile intervals from {config.num_rounds} bootstrap rounds over clusters (column "
        f"{config.cluster_column}, else single files), seed {config.seed}"
    )
    platforms = [one for one in result.distorted if one.distortion.is_platform]
    parts = [
        "# Robustness",
        f"Manifest {result.clean.run.manifest} (sha256 {result.clean.run.manifest_sha256[:12]}).",
        f"Clean: AUC {_cell(result.clean)}",
        *_protocol_parts(result),
    ]
    if platforms:
        rows = [(one.distortion.kind, one.distortion.meaning, _cell(one.metrics)) for one in platforms]
        parts.append(align([("platform", "what is done", "AUC"), *rows]))
    parts.append(_NOTE.format(interval=interval, seed=result.config.seed))
    return "\n\n".join(parts) + "\n"


def _protocol_parts(result: Robustness) -> tuple[str, ...]:
    """The table with a line for each distortion, and what its levels mean; nothing where only platforms were asked."""
    cells = {one.distortion: _cell(one.metrics) for one in result.distorted if not one.distortion.is_platform}
    if not cells:
        return ()
    levels = sorted({distortion.level for distortion in cells})
    kinds = list(dict.fromkeys(distortion.kind for distortion in cells))
    drops = {one.level: f"{one.drop:+.3f} (of {one.num_kinds})" for one in mean_drops(result)}
    table = [
        ("distortion", *(f"level {level}" for level in levels)),
        *((kind, *(cells.get(Distortion(kind, level), "") for level in levels)) for kind in kinds),
        ("**mean drop**", *(drops.get(level, "-") for level in levels)),
    ]
    meanings = [
        ("distortion", *(f"level {level}" for level in levels)),
        *((kind, *(Distortion(kind, level).meaning for level in levels)) for kind in kinds),
    ]
    return align(table), align(meanings)


def _cell(metrics: Metrics) -> str:
    """ "0.912 [0.88, 0.94] 198/200": the AUC, its interval where there is one, and the coverage."""
    auc, coverage = metrics.summary.overall.rates.auc, metrics.summary.coverage
    value = "-" if auc is None else f"{auc.value:.3f}"
    interval = "" if auc is None or auc.low is None or auc.high is None else f" [{auc.low:.2f}, {auc.high:.2f}]"
    return f"{value}{interval} {coverage.num_scored}/{coverage.num_files}"


def _rates_to_json(metrics: Metrics) -> dict[str, Any]:
    summary = metrics.summary
    return {"coverage": dataclasses.asdict(summary.coverage), "overall": comparison_to_json(summary.overall)}
