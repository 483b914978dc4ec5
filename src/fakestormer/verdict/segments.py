"""Which segments of a face look forged: a running mean of its logits, measured against the track baseline.

1. The clips' logits become a running mean over `window` seconds, about the length of the videos that calibrations are
   fitted on, so that the calibration speaks about it.
2. The track baseline is the median of the face's logits, its noise the spread of the mean below it: a forged segment
   raises the upper half only.
3. A segment opens at a peak of the mean and extends while the mean stays above half the peak's height over the
   baseline (where all of the face looks forged, and the peak no more than the rest: above a probability of 0.5). Its
   ends are then moved, by half a window at most, to where the unsmoothed logits change.
4. The evidence of a segment is the mean of its logits less `rise`, an extreme-value correction (how far the highest of
   so many windows lies above the baseline by chance), and less a length penalty: equal priors are meant for `look`
   seconds of a face, and where a face is seen for k times as long, the odds of each of its segments are divided by k,
   as with k faces. So a genuine video does not become suspicious by being long, also where its noise has heavier tails
   than a Gaussian.

Thresholds are the calibration's own, so other weights need no other settings. Decision 0010 has the measurements.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from fakestormer.types import EQUAL_PRIORS, Calibration, Decision, ScoredClip, Segment, SegmentSearch, TimeSpan

_DEVIATIONS = 1 / NormalDist().inv_cdf(0.75)  # deviations of a Gaussian in its median distance from the middle


@dataclass(frozen=True, slots=True)
class TrackBaseline:
    """The median logit of a face, and the extreme-value correction: how far chance lifts the highest window."""

    logit: float
    rise: float


def propose_segments(
    clips: Sequence[ScoredClip], calibration: Calibration, search: SegmentSearch, prior: float = EQUAL_PRIORS
) -> tuple[Segment, ...]:
    """The segments of one face, the highest peak first, whether suspicious or not; they do not overlap.

    Their probabilities are those at `prior`. A face that is seen too briefly to have a baseline, or whose
    baseline looks forged, counts as one whole: its segments have the face's mean logit.
    """
    ordered = sorted(clips, key=lambda clip: (clip.span.middle, clip.span, clip.logit))
    times = np.array([clip.span.middle for clip in ordered])
    logits = np.array([clip.logit for clip in ordered], dtype=np.float64)
    smooth, counts = running_mean(times, logits, search.window)
    edges = _edges(ordered, times)
    level = track_baseline(times, logits, smooth, counts, search)
    looks_forged = level is None or level.logit >= calibration.logit_at(calibration.fake_from)
    whole = math.fsum(logits) / len(logits)
    penalty = math.log(max(1.0, float(times[-1] - times[0]) / search.look)) / calibration.slope
    free = np.ones(len(ordered), dtype=bool)
    spans = list[Segment]()
    while free.any() and len(spans) < search.most_segments:
        peak = int(np.where(free, smooth, -np.inf).argmax())
        floor = _floor(float(smooth[peak]), level, looks_forged, calibration)
        first, last = _grow(smooth, free, peak, floor)
        reach = max(1, int(counts[peak]) // 2)
        first, last = _sharpen(logits - floor, free, (first, peak, last), reach)
        free[first : last + 1] = False
        beyond = None if level is None else _beyond_chance(logits[first : last + 1], float(counts[peak]), level)
        logit = whole if looks_forged or beyond is None else beyond - penalty
        spans.append(
            Segment(
                span=TimeSpan(float(edges[first]), float(edges[last + 1])),
                peak_time=float(times[peak]),
                peak_logit=float(smooth[peak]),
                peak_probability=calibration.probability(float(smooth[peak]), prior),
                logit=logit,
                probability=calibration.probability(logit, prior),
                contrast=None if beyond is None or level is None else beyond - level.logit,
            )
        )
    return tuple(spans)


def suspicious_segments(proposed: Sequence[Segment], calibration: Calibration) -> tuple[Segment, ...]:
    """Those of a face's segments that look forged (FAKE) as a whole and at their peak, by time."""
    found = [one for one in proposed if calibration.decide(min(one.logit, one.peak_logit)) is Decision.FAKE]
    return tuple(sorted(found, key=lambda one: one.span))


def running_mean(
    times: Float[ndarray, " clips"], logits: Float[ndarray, " clips"], window: float
) -> tuple[Float[ndarray, " clips"], Float[ndarray, " clips"]]:
    """Around each clip the mean logit of all clips within half a window (seconds), and how many; `times` ascend."""
    half = window / 2 + 1e-6
    starts, ends = np.searchsorted(times, times - half), np.searchsorted(times, times + half, side="right")
    means = [math.fsum(logits[start:end]) / (end - start) for start, end in zip(starts, ends, strict=True)]
    return np.array(means), (ends - starts).astype(np.float64)


def track_baseline(
    times: Float[ndarray, " clips"],
    logits: Float[ndarray, " clips"],
    smooth: Float[ndarray, " clips"],
    counts: Float[ndarray, " clips"],
    search: SegmentSearch,
) -> TrackBaseline | None:
    """The baseline of a face; None where it is seen too briefly or in too few clips."""
    duration = float(times[-1] - times[0])
    if duration < search.least_duration or len(times) < search.least_clips:
        return None
    # Noise is never taken as smaller than that of single clips would leave after averaging.
    middle = float(np.median(logits))
    noise = max(_spread_below(smooth, middle), _spread_below(logits, middle) / math.sqrt(float(np.median(counts))))
    windows = max(2.0, duration / search.window)
    return TrackBaseline(middle, noise * NormalDist().inv_cdf(1 - search.chance / windows))


def _beyond_chance(segment: Float[ndarray, " clips"], window: float, level: TrackBaseline) -> float:
    """The mean logit of a segment less the extreme-value correction; more for fewer clips than a window has."""
    return math.fsum(segment) / len(segment) - math.sqrt(max(1.0, window / len(segment))) * level.rise


def _spread_below(values: Float[ndarray, " clips"], middle: float) -> float:
    """The deviation of a Gaussian whose values below the middle lie as these do; 0 where none does."""
    below = values[values <= middle]
    return _DEVIATIONS * float(np.median(middle - below)) if len(below) else 0.0


def _floor(peak: float, level: TrackBaseline | None, looks_forged: bool, calibration: Calibration) -> float:
    """How low the running mean may fall inside the segment around a peak of this height."""
    if level is not None and (not looks_forged or peak - level.logit > level.rise):
        return level.logit + max(0.0, peak - level.logit) / 2
    even = min(calibration.logit_at(0.5), calibration.logit_at(calibration.fake_from))
    return even if peak >= even else -math.inf


def _grow(smooth: Float[ndarray, " clips"], free: Bool[ndarray, " clips"], peak: int, floor: float) -> tuple[int, int]:
    """First and last clip of the free clips around the peak in which the running mean stays above the floor."""
    shut = np.flatnonzero(~free | (smooth < floor))
    place = int(np.searchsorted(shut, peak))
    first = int(shut[place - 1]) + 1 if place else 0
    last = int(shut[place]) - 1 if place < len(shut) else len(smooth) - 1
    return min(first, peak), max(last, peak)


def _sharpen(
    above: Float[ndarray, " clips"], free: Bool[ndarray, " clips"], segment: tuple[int, int, int], reach: int
) -> tuple[int, int]:
    """The segment (first, peak, last), each end moved by up to `reach` to where the sum of `above` is largest."""
    first, peak, last = segment
    if not np.isfinite(above).all():
        return first, last
    return peak - _best_length(above[peak::-1], free[peak::-1], peak - first, reach), peak + _best_length(
        above[peak:], free[peak:], last - peak, reach
    )


def _best_length(above: Float[ndarray, " clips"], free: Bool[ndarray, " clips"], length: int, reach: int) -> int:
    """How many clips after the first one to take, near `length`, so that the sum is largest."""
    shut = np.flatnonzero(~free)
    low, high = max(0, length - reach), min(len(above) - 1, length + reach)
    if len(shut):
        high = min(high, int(shut[0]) - 1)
    sums = np.cumsum(above[: high + 1])
    return low + int(sums[low : high + 1].argmax())


def _edges(clips: Sequence[ScoredClip], times: Float[ndarray, " clips"]) -> Float[ndarray, " edges"]:
    """Where each clip's share of time begins, and where the last one's ends: half-way between neighbours."""
    inner = (times[:-1] + times[1:]) / 2
    start, end = min(clip.span.start for clip in clips), max(clip.span.end for clip in clips)
    return np.concatenate([[start], inner, [end]])
