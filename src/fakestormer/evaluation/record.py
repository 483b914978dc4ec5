"""What a set of numbers rests on: the note and the score table of a run while it goes on, and its metrics file.

Enough to trace every figure to weights, data and settings, and to go on with a run that an interruption left behind.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakestormer.detector import TOLERANCE
from fakestormer.evaluation.breakdown import Breakdown, Slice
from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.manifest import Manifest
from fakestormer.evaluation.rates import Macro, SetRates
from fakestormer.evaluation.scores import ScoreRow, append_score, read_scores, write_scores
from fakestormer.evaluation.summary import Summary
from fakestormer.files import write_file
from fakestormer.types import DataError, Provenance

METRICS_VERSION = 4
SCORES_FILE, RUN_FILE = "scores.csv", "run.json"
_THREADS = re.compile(r", \d+ threads?$")  # of a device class; another number moves the last digits of a score


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
    write_file(path, json.dumps({"manifest_sha256": manifest_sha256, "detector": detector}, indent=2) + "\n")


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
    pairs = metrics.summary.pairwise_accuracy
    content = {
        "metrics_version": METRICS_VERSION,
        "run": dataclasses.asdict(metrics.run) | {"detector_sha256": detector_hash},
        "protocol": protocol_of(detector),
        "weights_sha256": None if detector is None else detector["weights_sha256"],
        "config": dataclasses.asdict(metrics.config),
        "coverage": dataclasses.asdict(metrics.summary.coverage),
        "decisions": metrics.summary.decisions,
        "overall": rates_to_json(metrics.summary.overall),
        "reliability": dataclasses.asdict(metrics.summary.reliability),
        "pairwise_accuracy": None if pairs is None else dataclasses.asdict(pairs),
        "by": {breakdown.column: _breakdown_to_json(breakdown) for breakdown in metrics.summary.breakdowns},
    }
    write_file(path, json.dumps(content, indent=2, allow_nan=False) + "\n")


def rates_to_json(measured: SetRates | Macro) -> dict[str, Any]:
    """Counts, rates and reason side by side: the file does not tell which of them the code holds together."""
    described = dataclasses.asdict(measured)
    place = list(described).index("rates")
    before, after = list(described.items())[:place], list(described.items())[place + 1 :]
    return {**dict(before), **described["rates"], **dict(after)}


def _breakdown_to_json(breakdown: Breakdown) -> dict[str, Any]:
    macro = {name: rates_to_json(getattr(breakdown, name)) for name in ("selected", "same_source", "all")}
    return {"macro": macro, "slices": [_slice_to_json(item) for item in breakdown.slices]}


def _slice_to_json(item: Slice) -> dict[str, Any]:
    rates = {"same_source": rates_to_json(item.same_source), "all": rates_to_json(item.all)}
    return {**dataclasses.asdict(item), **rates}


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """Rows of an earlier run by file and the description of their detector; `refusal` says why none can be used."""

    rows: dict[str, ScoreRow]
    detector: dict[str, Any]
    refusal: str | None = None

    def differs(self, again: ScoreRow, detector: dict[str, Any]) -> str | None:
        """Why the rows may not stand beside those of this detector, which scored one of the files again; None if so."""
        before, now = _without_threads(self.detector), _without_threads(detector)
        others = [name for name in dict.fromkeys((*before, *now)) if before.get(name) != now.get(name)]
        if others:
            named = (
                f"{name.replace('_', ' ')} {_shown(before, name)} then, {_shown(now, name)} now" for name in others
            )
            return f"the detector is another one ({', '.join(named)})"
        earlier = self.rows[again.file].logit
        if earlier is None or again.logit is None:
            moves = again.logit is not earlier
        else:  # a code that scores otherwise may describe itself the same
            moves = abs(earlier - again.logit) > TOLERANCE
        if moves:
            return f"{again.file} does not get its earlier score again (logit {earlier} then, {again.logit} now)"
        return None


def _without_threads(detector: dict[str, Any]) -> dict[str, Any]:
    return detector | {"device_class": _THREADS.sub("", str(detector.get("device_class", "")))}


def _shown(detector: dict[str, Any], name: str) -> str:
    """A value in a sentence; of one with many parts, that it is another."""
    value = detector.get(name)
    return "other" if isinstance(value, dict | list) else str(value)[:60]


class ScoreJournal:
    """Rows by file, on the disk as soon as they are added; `detector` describes who scored them, once known.

    A note beside the table (`run.json`) holds the manifest's hash and the detector's description. Only rows made from
    the same manifest by the same detector may stand in one table.
    """

    def __init__(self, out: Path, manifest: Manifest) -> None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"the folder {out} cannot be made ({error.strerror}): choose another for results") from None
        self._scores, self._run = out / SCORES_FILE, out / RUN_FILE
        self._manifest = manifest
        self.rows: dict[str, ScoreRow] = {}
        self.detector: dict[str, Any] | None = None

    def read_earlier(self) -> EarlierRun:
        """What an interrupted run of the same manifest left that needs no second try, or why nothing can be used."""
        if not self._scores.exists():
            return EarlierRun({}, {})
        note = read_run(self._run)
        if note is None:
            return EarlierRun({}, {}, f"nothing says how the scores in {self._scores} were made")
        if note[0] != self._manifest.sha256:
            return EarlierRun({}, {}, f"the scores in {self._scores} are of another manifest")
        try:
            rows = read_scores(self._scores)
        except DataError as error:
            return EarlierRun({}, {}, f"the earlier scores cannot be read ({error})")
        listed = {row.file for row in self._manifest.rows}
        return EarlierRun({row.file: row for row in rows if row.decision != "error" and row.file in listed}, note[1])

    def place_for_earlier(self) -> Path:
        """Where scores are set aside: a name that nothing has yet."""
        counted = (f"scores.earlier-{count}.csv" for count in itertools.count(2))
        places = map(self._scores.with_name, itertools.chain(["scores.earlier.csv"], counted))
        return next(place for place in places if not place.exists())

    def restart(self, kept: dict[str, ScoreRow], *, set_aside: bool) -> None:
        """A table of the kept rows alone; that of another run is set aside first."""
        self.rows = dict(kept)
        if set_aside:
            self._run.unlink(missing_ok=True)
            self._scores.replace(self.place_for_earlier())
        write_scores(self._scores, kept.values(), self._manifest.carried_columns)

    def add(self, row: ScoreRow, detector: dict[str, Any] | None) -> None:
        """The row is in the table when this returns; the first description of a detector is noted before it."""
        if self.detector is None and detector is not None:
            self.detector = detector
            write_run(self._run, self._manifest.sha256, detector)
        self.rows[row.file] = row
        append_score(self._scores, row)

    def finish(self) -> tuple[ScoreRow, ...]:
        """All rows in the manifest's order; the table is put into that order as well."""
        rows = tuple(self.rows[row.file] for row in self._manifest.rows)
        write_scores(self._scores, rows, self._manifest.carried_columns)
        return rows
