"""Whether another runtime or precision gives the answers of torch in float32: the same clips, judged both ways.

python -m benchmarks.runtime_gate MANIFEST --clips FOLDER [--runtime openvino] [--precision bfloat16] [--videos 80]

Clips of a video that lie in FOLDER are taken however they were cut, as both ways see the same; else they
are cut into it, as `fakestormer evaluate --clips` does. `--videos N` takes N videos spread evenly over every family (a
column of the manifest; without it, the group) and the genuine ones. Prints JSON: AUC of every family's forged files
against all genuine ones both ways, drift of the clips' logits, correlation of the maps, share of equal decisions, CPU
seconds from clips to verdicts, and what fails.
Returns 0 where everything holds, 1 where something does not, 2 where an input cannot be used.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from fakestormer.detector import CutVideo, Detector, DetectorConfig
from fakestormer.evaluation import CachingDetector, ManifestRow, read_manifest
from fakestormer.evaluation.clip_cache import read_cut_video
from fakestormer.types import ClipEvidence, DataError, FakestormerError, VideoError, VideoVerdict
from fakestormer.video import hash_file

MOST_AUC, LEAST_CORRELATION, LEAST_EQUAL = 0.005, 0.99, 0.98


@dataclass(frozen=True, slots=True)
class Judged:
    """One file's verdicts: by torch in float32, and by the candidate."""

    family: str
    is_fake: bool
    reference: VideoVerdict
    candidate: VideoVerdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the verdicts differ in; `failures` says in sentences what the gate refuses.

    AUCs are of logits, as (torch, candidate), each family's forged files against all genuine ones. Drifts are
    absolute differences of the clip network's logits. A map's correlation is that of one clip's temporal map.
    """

    num_videos: int
    num_clips: int
    auc: dict[str, tuple[float, float]]
    mean_drift: float
    largest_drift: float
    mean_map_correlation: float
    lowest_map_correlation: float
    equal_decisions: float
    failures: tuple[str, ...]


def compare(judged: Sequence[Judged]) -> Comparison:
    """The comparison of all files that both ways scored; DataError where there is none."""
    scored = [one for one in judged if one.reference.most_suspicious and one.candidate.most_suspicious]
    if not scored:
        raise DataError("no video was scored: give a manifest of videos with faces")
    pairs = [pair for one in judged for pair in _clips(one)]
    drifts = [abs(here.clip_logit - there.clip_logit) for here, there in pairs]
    correlations = [_correlation(here, there) for here, there in pairs]
    equal = sum(one.reference.decision is one.candidate.decision for one in judged) / len(judged)
    auc = _areas(scored)
    mean_correlation = float(np.mean(correlations))
    failures = [
        f"{family}: AUC {there:.4f}, torch {here:.4f}"
        for family, (here, there) in auc.items()
        if not abs(here - there) <= MOST_AUC
    ]
    if not mean_correlation >= LEAST_CORRELATION:
        failures.append(f"maps correlate by {mean_correlation:.4f} on average, {LEAST_CORRELATION} is needed")
    if not equal >= LEAST_EQUAL:
        failures.append(f"{equal:.1%} of decisions are equal, {LEAST_EQUAL:.0%} are needed")
    return Comparison(
        len(judged),
        len(pairs),
        auc,
        float(np.mean(drifts)),
        max(drifts),
        mean_correlation,
        min(correlations),
        equal,
        tuple(failures),
    )


def choose_rows(rows: Sequence[ManifestRow], most: int | None) -> list[ManifestRow]:
    """At most so many rows, from every family in turn, genuine ones being one; all where `most` is None."""
    kinds: dict[str, list[ManifestRow]] = {}
    for row in rows:
        kinds.setdefault(_family(row) if row.label == "fake" else "", []).append(row)
    in_turn = [row for layer in zip_longest(*kinds.values()) for row in layer if row is not None]
    return in_turn[:most]


def _clips(one: Judged) -> Iterator[tuple[ClipEvidence, ClipEvidence]]:
    theirs = {(face.track_id, clip.span): clip.evidence for face in one.candidate.faces for clip in face.clips}
    for face in one.reference.faces:
        for clip in face.clips:
            yield clip.evidence, theirs[face.track_id, clip.span]


def _correlation(here: ClipEvidence, there: ClipEvidence) -> float:
    """Pearson's, of the temporal maps; 1 for equal maps, of which a flat one has none."""
    one, other = here.temporal_vulnerability.ravel(), there.temporal_vulnerability.ravel()
    if np.array_equal(one, other):
        return 1.0
    if min(np.ptp(one), np.ptp(other)) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _areas(scored: Sequence[Judged]) -> dict[str, tuple[float, float]]:
    genuine = [one for one in scored if not one.is_fake]
    forged = [one for one in scored if one.is_fake]
    areas = {}
    for family in ("all", *sorted({one.family for one in forged})) if genuine and forged else ():
        mine = [*genuine, *(one for one in forged if family in ("all", one.family))]
        truth = [one.is_fake for one in mine]
        here, there = (float(roc_auc_score(truth, [_logit(v) for v in side])) for side in _sides(mine))
        areas[family] = (here, there)
    return areas


def _sides(judged: Sequence[Judged]) -> tuple[list[VideoVerdict], list[VideoVerdict]]:
    return [one.reference for one in judged], [one.candidate for one in judged]


def _family(row: ManifestRow) -> str:
    return dict(row.carried).get("family") or row.group


def _logit(verdict: VideoVerdict) -> float:
    assert verdict.most_suspicious is not None
    return verdict.most_suspicious.logit


def judge_both_ways(
    rows: Sequence[ManifestRow], folder: Path, detectors: Sequence[Detector]
) -> tuple[list[Judged], list[float]]:
    """The verdicts of all readable files, and the CPU seconds that each detector took from clips to verdicts."""
    cache = CachingDetector(detectors[0], folder)
    seconds, judged = [0.0, 0.0], []
    for row in rows:
        try:
            video = _kept_clips(folder, row.path) or cache.fetch(row.path)
        except VideoError as error:
            print(f"runtime_gate: left out: {error}", file=sys.stderr)
            continue
        verdicts = []
        for place, detector in enumerate(detectors):
            before = time.process_time()
            verdicts.append(detector.judge(video))
            seconds[place] += time.process_time() - before
        judged.append(Judged(_family(row), row.label == "fake", verdicts[0], verdicts[1]))
    return judged, seconds


def _kept_clips(folder: Path, video: Path) -> CutVideo | None:
    """The clips of a video that some weights' evaluation kept; None where there are none."""
    kept = sorted(folder.glob(f"{hash_file(video)[:24]}-*.safetensors")) if video.is_file() else []
    return next((clips for path in kept if (clips := read_cut_video(path))), None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the comparison; 0, 1 or 2 as above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--runtime", default="openvino")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--videos", type=int)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(arguments)
    try:
        detectors = [
            Detector.load(given.weights, DetectorConfig("cpu", precision, runtime, threads=given.threads))
            for runtime, precision in (("torch", "float32"), (given.runtime, given.precision))
        ]
        rows = choose_rows(read_manifest(given.manifest).rows, given.videos)
        judged, seconds = judge_both_ways(rows, given.clips, detectors)
        found = compare(judged)
    except FakestormerError as error:
        print(f"runtime_gate: {error}", file=sys.stderr)
        return 2
    told = {"runtime": given.runtime, "precision": given.precision, **asdict(found), "cpu_seconds": seconds}
    print(json.dumps(told, indent=1))
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
