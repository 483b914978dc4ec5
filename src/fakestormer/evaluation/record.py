"""What a set of numbers rests on, and the metrics file: enough to trace every figure to weights, data and settings."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakestormer.evaluation.breakdown import Breakdown, Slice
from fakestormer.evaluation.comparison import Comparison, Macro
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.summary import Summary
from fakestormer.types import Provenance

METRICS_VERSION = 3


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Where the scores come from. `detector` is the provenance of one verdict without its input; None if none came.

    `num_kept` counts the scores taken over from an interrupted run of the same manifest and detector.
    """

    manifest: str
    manifest_sha256: str
    num_kept: int
    detector: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Metrics:
    """All numbers of one evaluation, the settings of their intervals, and what they rest on."""

    run: RunRecord
    config: EvaluationConfig
    summary: Summary


def describe_detector(provenance: Provenance) -> dict[str, Any]:
    """What all verdicts of one detector share: versions, weights, clips, calibration, device, settings; for JSON."""
    described = dataclasses.asdict(provenance)
    for name in ("input_sha256", "started", "ended"):
        del described[name]
    described["settings"] = dict(provenance.settings)
    plain: dict[str, Any] = json.loads(json.dumps(described))
    return plain


def protocol_of(detector: dict[str, Any] | None) -> dict[str, Any] | None:
    """Name, version and SHA-256 of the protocol behind the scores; None where no verdict tells."""
    settings = {} if detector is None else detector["settings"]
    if "protocol_sha256" not in settings:
        return None
    name, version, sha256 = (settings[key] for key in ("protocol", "protocol_version", "protocol_sha256"))
    return {"name": name, "version": int(version), "sha256": sha256}


def write_run(path: Path, manifest_sha256: str, detector: dict[str, Any]) -> None:
    """The note beside a growing score table that tells whether a later run may go on with it."""
    path.write_text(json.dumps({"manifest_sha256": manifest_sha256, "detector": detector}, indent=2) + "\n", "utf-8")


def read_run(path: Path) -> tuple[str, dict[str, Any]] | None:
    """Manifest hash and detector of an earlier run; None where there is no note that can be read."""
    try:
        note = json.loads(path.read_text("utf-8"))
        return str(note["manifest_sha256"]), dict(note["detector"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def hash_detector(detector: dict[str, Any]) -> str:
    """One SHA-256 for everything that `describe_detector` says: all that is behind a score."""
    return hashlib.sha256(json.dumps(detector, sort_keys=True).encode()).hexdigest()


def write_metrics(path: Path, metrics: Metrics) -> None:
    """The metrics as JSON, schema `METRICS_VERSION`; an undefined rate is null and has its reason beside it."""
    detector = metrics.run.detector
    detector_hash = None if detector is None else hash_detector(detector)
    pairs = metrics.summary.pairs
    content = {
        "metrics_version": METRICS_VERSION,
        "run": dataclasses.asdict(metrics.run) | {"detector_sha256": detector_hash},
        "protocol": protocol_of(detector),
        "weights_sha256": None if detector is None else detector["weights_sha256"],
        "config": dataclasses.asdict(metrics.config),
        "coverage": dataclasses.asdict(metrics.summary.coverage),
        "decisions": metrics.summary.decisions,
        "overall": comparison_to_json(metrics.summary.overall),
        "reliability": dataclasses.asdict(metrics.summary.reliability),
        "pairs": None if pairs is None else dataclasses.asdict(pairs),
        "by": {breakdown.column: _breakdown_to_json(breakdown) for breakdown in metrics.summary.breakdowns},
    }
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", "utf-8")


def comparison_to_json(measured: Comparison | Macro) -> dict[str, Any]:
    """Counts, rates and reason side by side: the file does not tell which of them the code holds together."""
    described = dataclasses.asdict(measured)
    place = list(described).index("rates")
    before, after = list(described.items())[:place], list(described.items())[place + 1 :]
    return {**dict(before), **described["rates"], **dict(after)}


def _breakdown_to_json(breakdown: Breakdown) -> dict[str, Any]:
    macro = {name: comparison_to_json(getattr(breakdown, name)) for name in ("chosen", "own", "all")}
    return {"macro": macro, "slices": [_slice_to_json(item) for item in breakdown.slices]}


def _slice_to_json(item: Slice) -> dict[str, Any]:
    rates = {"own": comparison_to_json(item.own), "all": comparison_to_json(item.all)}
    return {**dataclasses.asdict(item), **rates}
