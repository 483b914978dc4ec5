"""How the search for suspicious stretches behaves on made-up logits: false alarms by length, forged seconds found.

python -m benchmarks.spans [--videos 200]

A face's clips have a level of their own (Gaussian over faces), noise that dies away with time (autoregressive,
Student's t) and now and then a rise that is none of forgery (a turned head: 2 s). A forgery lifts the logits by
`strength` in the mean. For each strength a calibration is fitted as `fakestormer calibrate` does, on videos of 2.2 s,
and used for all else; nothing else is told to the search. Compared with what was done before (neighbouring clips that
each reach `fake_from`, and the mean of the face) and, where the package `ruptures` is installed, with its
change points.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable

import numpy as np
from benchmarks.localisation.segment_metrics import Proposal, TimedVideo, measure_temporal
from scipy.signal import lfilter
from sklearn.linear_model import LogisticRegression

from fakestormer.types import Calibration, ClipEvidence, Decision, ScoredClip, ScoringRule, SegmentSearch, TimeSpan
from fakestormer.verdict import judge_face, propose_segments, score_clips

RULE = ScoringRule()
STEP = 0.5  # seconds between clips, as --thorough scores
LEVEL, NOISE, MEMORY = 0.8, 0.6, 0.35  # deviation over faces; deviation of a face's clips; seconds in which noise dies
TURNS_A_MINUTE, TURN_HEIGHT = 0.5, 1.5
FLAT, NO_AFFINE = np.zeros((1, 1, 1), np.float32), np.zeros((1, 2, 3))


def make_logits(
    rng: np.random.Generator, count: int, step: float, strength: float, forged: slice = slice(0)
) -> np.ndarray:
    """The logits of one face."""
    keep = np.exp(-step / MEMORY)
    shocks = rng.standard_t(5, count) / np.sqrt(5 / 3)
    shocks[1:] *= np.sqrt(1 - keep**2)
    logits = rng.normal(0, LEVEL) + NOISE * lfilter([1.0], [1.0, -keep], shocks)
    for _ in range(rng.poisson(TURNS_A_MINUTE * count * step / 60)):
        start = int(rng.integers(count))
        logits[start : start + round(2 / step)] += abs(rng.normal(0, TURN_HEIGHT))
    logits[forged] += max(0.0, rng.normal(strength, strength / 3))
    return logits


def as_clips(logits: np.ndarray, step: float) -> list[ClipEvidence]:
    """Evidence of clips of 0.16 s."""
    spans = (TimeSpan(place * step, place * step + 0.16) for place in range(len(logits)))
    return [
        ClipEvidence(0, span, float(logit), np.zeros(0), np.zeros(1), FLAT, NO_AFFINE, 224)
        for span, logit in zip(spans, logits, strict=True)
    ]


def fit(rng: np.random.Generator, strength: float) -> Calibration:
    """As `fakestormer calibrate`: a logistic curve on means over 2.2 s, FAKE where 10 % of the genuine reach it."""
    short = [make_logits(rng, 11, 0.2, strength, slice(11 * fake)).mean() for fake in (0, 1) for _ in range(400)]
    logits, fake = np.array(short), np.repeat([0, 1], 400)
    curve = LogisticRegression().fit(logits[:, None], fake)
    slope, intercept = float(curve.coef_[0, 0]), float(curve.intercept_[0])
    chances = 1 / (1 + np.exp(-slope * logits - intercept))
    fake_from = max(0.5, float(np.quantile(chances[:400], 0.9)))
    return Calibration(slope, intercept, min(0.5, float(np.quantile(chances[400:], 0.1))), fake_from, "made up")


def propose_neighbours(logits: np.ndarray, calibration: Calibration) -> list[Proposal]:
    """The earlier rule: neighbouring clips that each reach `fake_from`."""
    clips = score_clips(as_clips(logits, STEP), RULE)
    found = []
    bar = calibration.logit_at(calibration.fake_from)
    for suspicious, run in itertools.groupby(clips, lambda one: one.logit >= bar):
        members = list(run)
        if suspicious:
            span = TimeSpan(members[0].span.start, members[-1].span.end)
            height = np.mean([one.logit for one in members]) - np.median(logits)
            found.append(Proposal(span, float(height)))
    return found


def propose_ours(logits: np.ndarray, calibration: Calibration) -> list[Proposal]:
    """The rule of the package, ranked by contrast as `python -m benchmarks.localisation` does."""
    return [
        Proposal(one.span, one.contrast or 0.0)
        for one in propose_segments(
            score_clips(as_clips(logits, STEP), RULE), calibration, SegmentSearch(most_segments=20)
        )
    ]


def propose_change_points(logits: np.ndarray, _calibration: Calibration) -> list[Proposal]:
    """Change points by PELT with a squared cost; the stretches between them, scored over the median."""
    import ruptures

    penalty = 3 * np.log(len(logits)) * np.median(np.abs(np.diff(logits))) ** 2
    ends = ruptures.KernelCPD(kernel="linear", min_size=2).fit(logits[:, None]).predict(pen=float(penalty))
    found = []
    for first, after in itertools.pairwise([0, *ends]):
        span = TimeSpan(max(0.0, first * STEP + 0.08 - STEP / 2), (after - 1) * STEP + 0.08 + STEP / 2)
        found.append(Proposal(span, float(logits[first:after].mean() - np.median(logits))))
    return found


def measure(strength: float, num_videos: int) -> dict[str, object]:
    """All figures of one strength."""
    rng = np.random.default_rng(round(10 * strength))
    calibration = fit(rng, strength)
    alarms = {}
    for seconds, share in ((60, 1), (600, 2), (7200, 10)):
        amount = max(4, num_videos // share)
        faces = [
            judge_face(0, as_clips(make_logits(rng, round(seconds / STEP), STEP, strength), STEP), RULE, calibration)
            for _ in range(amount)
        ]
        mean = [calibration.probability(float(np.mean([one.logit for one in face.clips]))) for face in faces]
        alarms[f"{seconds} s"] = {
            "videos": amount,
            "called fake": float(np.mean([face.decision is Decision.FAKE for face in faces])),
            "by the mean alone": float(np.mean(np.array(mean) >= calibration.fake_from)),
            "highest window alone": float(np.mean([_highest(face.clips, calibration) for face in faces])),
        }
    logits, truths = [], []
    for _ in range(num_videos):
        start = int(rng.integers(4, 104))
        logits.append(make_logits(rng, 120, STEP, strength, slice(start, start + 10)))
        truths.append(TimeSpan(start * STEP + 0.08 - STEP / 2, (start + 9) * STEP + 0.08 + STEP / 2))
    genuine = [make_logits(rng, 120, STEP, strength) for _ in range(num_videos // 4)]
    forged = [judge_face(0, as_clips(one, STEP), RULE, calibration) for one in logits]
    means = np.array([calibration.probability(float(one.mean())) for one in logits])
    methods: dict[str, Callable[[np.ndarray, Calibration], list[Proposal]]] = {
        "neighbouring clips": propose_neighbours,
        "running mean and track baseline": propose_ours,
    }
    try:
        import ruptures  # noqa: F401

        methods["ruptures (PELT)"] = propose_change_points
    except ImportError:
        pass
    return {
        "strength": strength,
        "fake_from": round(calibration.fake_from, 3),
        "short forgeries called fake": float(np.mean([
            calibration.probability(make_logits(rng, 11, 0.2, strength, slice(11)).mean()) >= calibration.fake_from
            for _ in range(num_videos)
        ])),
        "genuine": alarms,
        "5 s of 60 s called fake": float(np.mean([face.decision is Decision.FAKE for face in forged])),
        "5 s of 60 s called fake by the mean alone": float(np.mean(means >= calibration.fake_from)),
        "average precision": {
            name: measure_temporal([
                *(_timed(propose(one, calibration), (true,)) for one, true in zip(logits, truths, strict=True)),
                *(_timed(propose(one, calibration), ()) for one in genuine),
            ]).average_precision
            for name, propose in methods.items()
        },
    }  # fmt: skip


def _highest(clips: tuple[ScoredClip, ...], calibration: Calibration) -> bool:
    """Whether the highest running mean reaches the bar: what happens without a correction for many looks."""
    values = np.convolve([one.logit for one in clips], np.full(5, 0.2), "valid")
    return calibration.probability(float(values.max())) >= calibration.fake_from


def _timed(proposals: list[Proposal], truth: tuple[TimeSpan, ...]) -> TimedVideo:
    return TimedVideo(truth, tuple(proposals), np.zeros(0), np.zeros(0, bool))


def main() -> None:
    """Prints the JSON."""
    parser = argparse.ArgumentParser(description="Try the search for suspicious stretches on made-up logits.")
    parser.add_argument("--videos", type=int, default=200)
    options = parser.parse_args()
    print(json.dumps([measure(strength, options.videos) for strength in (1.5, 3.0, 5.0)], indent=2))


if __name__ == "__main__":
    main()
