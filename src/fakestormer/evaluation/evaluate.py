"""From a manifest and a detector to scores and metrics; one file that fails costs one row, an interruption nothing."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from fakestormer.evaluation.config import EvaluationConfig
from fakestormer.evaluation.manifest import Manifest, ManifestRow, read_manifest
from fakestormer.evaluation.record import (
    Metrics,
    RunRecord,
    ScoreJournal,
    describe_detector,
    write_metrics,
)
from fakestormer.evaluation.scores import Outcome, ScoreRow
from fakestormer.evaluation.summary import summarise
from fakestormer.evaluation.tables import render_table
from fakestormer.files import hold_folder, printable, write_file
from fakestormer.types import FaceVerdict, FakestormerError, VideoVerdict, at_prior

METRICS_FILE, TABLE_FILE = "metrics.json", "table.md"


@runtime_checkable
class VideoDetector(Protocol):
    """Whatever turns a file into a verdict: `fakestormer.detector.Detector`, or a scripted one in a test."""

    def detect(self, path: Path, /) -> VideoVerdict:
        """The verdict of one file; FakestormerError where it contains no readable video."""


@dataclass(frozen=True, slots=True)
class EvaluationProgress:
    """How far an evaluation is: `num_done` of `num_files`, of which `num_kept` are from an earlier run; the new row."""

    num_done: int
    num_files: int
    num_kept: int
    row: ScoreRow


def evaluate(
    manifest: Path,
    out: Path,
    detector: VideoDetector,
    observe: Callable[[EvaluationProgress], None] | None = None,
    config: EvaluationConfig | None = None,
    told: Callable[[str], None] | None = None,
) -> Metrics:
    """The metrics of a detector on the files of a manifest; scores, metrics and a table are written into `out`.

    `scores.csv` grows by a line with each file, so an interrupted evaluation goes on where it stopped: rows made from
    the same manifest by the same detector are kept (one scored file is scored once more, and both the description of
    the detector, but for its number of threads, and the file's logit must be the same), errors are tried again. Scores
    of another run are set aside as `scores.earlier.csv`, and `told` hears why before. A file that fails, for whatever
    reason, is a row with the decision "error".

    Args:
        manifest: a CSV file with the columns file, label, group and any others.
        out: folder for the results; made where it is not there.
        detector: gives the verdict of one file.
        observe: hears of every file that was scored.
        config: of intervals and breakdowns; the defaults where it is not given.
        told: hears why earlier scores cannot be gone on with, in a sentence, before they are set aside.

    Raises:
        DataError: the manifest cannot be used (see `read_manifest`), `out` is no folder that can be written, or another
            evaluation is writing into it.
    """
    config = config or EvaluationConfig()
    listed = read_manifest(manifest)
    journal = ScoreJournal(out, listed)
    with hold_folder(out, "`evaluate`"):
        num_kept = _score_all(journal, listed, detector, observe, told or (lambda _: None))
        rows = journal.finish()
        run = RunRecord(str(manifest), listed.sha256, num_kept, journal.detector)
        metrics = Metrics(run, config, summarise(rows, config))
        write_metrics(out / METRICS_FILE, metrics)
        write_file(out / TABLE_FILE, render_table(metrics))
    return metrics


def _score_all(
    journal: ScoreJournal,
    listed: Manifest,
    detector: VideoDetector,
    observe: Callable[[EvaluationProgress], None] | None,
    told: Callable[[str], None],
) -> int:
    """Every file of the manifest has its row after this; how many of them are from an earlier run."""
    num_kept = _resume(journal, listed, detector, told)
    for row in listed.rows:
        if row.file not in journal.rows:
            scored, description = _score(row, detector)
            journal.add(scored, description)
            if observe is not None:
                observe(EvaluationProgress(len(journal.rows), len(listed.rows), num_kept, scored))
    return num_kept


def _resume(journal: ScoreJournal, listed: Manifest, detector: VideoDetector, told: Callable[[str], None]) -> int:
    """How many rows of an earlier run are kept, after one of its files was scored anew to compare the detectors."""
    earlier = journal.read_earlier()
    refusal, compared = earlier.refusal, None
    known = [row for row in listed.rows if row.file in earlier.rows]
    for row in sorted(known, key=lambda one: not earlier.rows[one.file].is_scored):
        scored, description = _score(row, detector)
        refusal = f"{row.file} was scored by the earlier run and cannot be now ({scored.reason})"
        if description is not None:  # else another file may tell
            refusal, compared = earlier.differs(scored, description), (scored, description)
            break
    if refusal:
        told(f"{refusal}: earlier scores are set aside as {journal.place_for_earlier().name}, all files scored anew")
    again = compared[0].file if compared else None
    kept = {} if refusal else {file: row for file, row in earlier.rows.items() if file != again}
    journal.restart(kept, set_aside=bool(refusal))
    if compared:
        journal.add(*compared)
    return len(kept)


def _score(row: ManifestRow, detector: VideoDetector) -> tuple[ScoreRow, dict[str, Any] | None]:
    """The row of one file, and the description of the detector that judged it; None where it gave no verdict."""
    try:
        verdict = detector.detect(row.path)
    except FakestormerError as error:
        return _unscored(row, "error", str(error)), None
    except Exception as error:  # a defect met on one file must cost neither the other files nor this file's row
        return _unscored(row, "error", f"unexpected {type(error).__name__}: {error}"), None
    description = describe_detector(verdict.provenance)
    if verdict.score is None:
        return _unscored(row, "not_applicable", verdict.reason or "nothing could be scored"), description
    face = verdict.most_suspicious
    logit = _logit(face, verdict.score)
    if not math.isfinite(logit):
        return _unscored(row, "error", f"the detector gave the logit {logit}: check its weights"), description
    scored = ScoreRow(
        row.file,
        row.label,
        row.group,
        verdict.decision.value,
        verdict.score,
        logit,
        _at_equal_priors(verdict),
        _in_one_line(verdict.reason or ""),
        row.carried,
        _crop_scale(face),
        verdict.video.frame_rate,
        verdict.video.bits_per_pixel,
        _blur(face),
        *_evidence(face),
    )
    return scored, description


def _crop_scale(face: FaceVerdict | None) -> float | None:
    """Geometric mean over the clips; None where it is not known."""
    scales = [clip.evidence.crop_scale for clip in face.clips] if face else []
    return statistics.geometric_mean(scales) if scales and min(scales) > 0 else None


def _evidence(face: FaceVerdict | None) -> tuple[float | None, float | None, float | None, float | None]:
    """Mean and median of the clip network's logits, mean of the image network's and of those of the motion of
    landmarks; None where there is none."""
    if face is None or not face.clips:
        return None, None, None, None
    logits = [clip.evidence.clip_logit for clip in face.clips]
    frames = [math.fsum(seen) / len(seen) for clip in face.clips if len(seen := clip.evidence.frame_logits)]
    moves = [clip.evidence.motion_logit for clip in face.clips if clip.evidence.motion_logit is not None]
    return math.fsum(logits) / len(logits), statistics.median(logits), _mean(frames), _mean(moves)


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _blur(face: FaceVerdict | None) -> float | None:
    """Mean over the clips; None where it was not measured."""
    blurs = [clip.evidence.blur for clip in face.clips if clip.evidence.blur is not None] if face else []
    return math.fsum(blurs) / len(blurs) if blurs else None


def _logit(face: FaceVerdict | None, score: float) -> float:
    """That of the deciding face; from the score itself where the face is not there."""
    if face is not None:
        return face.logit
    return math.log(score) - math.log1p(-score) if 0 < score < 1 else math.copysign(math.inf, score - 0.5)


def _at_equal_priors(verdict: VideoVerdict) -> float | None:
    """The probability whose odds are the likelihood ratio, whatever prior the detector was asked for."""
    return None if verdict.probability is None else at_prior(verdict.probability, 1 - verdict.prior)


def _unscored(row: ManifestRow, decision: Outcome, reason: str) -> ScoreRow:
    return ScoreRow(row.file, row.label, row.group, decision, None, None, None, _in_one_line(reason), row.carried)


def _in_one_line(text: str) -> str:
    return printable(" ".join(text.split()))
