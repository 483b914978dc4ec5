"""What a forgery changed in its original: when and where, from the difference of the two videos.

The pictures are held against each other frame by frame, by their times. Compression leaves small differences
everywhere, so a pixel counts as forged only from `LEAST_DIFFERENCE` on, after averaging over a few pixels. A pair whose
backgrounds differ as well is not aligned (or graded anew), and its difference says nothing: it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from benchmarks.localisation.truth import ForgedTruth, FrameMask
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.types import DataError, Frame, TimeSpan
from fakestormer.video import VideoReader

LEAST_DIFFERENCE = 16.0  # 8-bit levels, the largest of the three channels
MOST_BACKGROUND = 6.0  # 8-bit levels, median of a frame
BLUR = 5  # pixels
LEAST_SHARE = 0.001  # of the frame's pixels, for a frame to count as forged
LEAST_PART = 0.25  # of the largest changed part: smaller ones are specks
LEAST_SECONDS = 0.3  # shorter stretches are dropped, shorter gaps closed


def truth_from_pair(forgery: Path, original: Path) -> ForgedTruth:
    """The stretches and masks of a forgery, from its original.

    Raises VideoError for unreadable files, DataError where the two do not show the same frames but for a part of them.
    """
    masks, times, indices = list[FrameMask](), list[float](), list[int]()
    background = list[float]()
    for fake, real in _frames_at_the_same_times(forgery, original):
        changed, middle = _changed(fake.image, real.image)
        background.append(middle)
        times.append(fake.time)
        indices.append(fake.index)
        if changed.mean() >= LEAST_SHARE:
            masks.append(_mask(fake.index, changed))
    if len(times) < 2:
        raise DataError(f"{forgery} and {original} share fewer than two moments: give a forgery and its own original")
    if float(np.median(background)) > MOST_BACKGROUND:
        raise DataError(
            f"{forgery} and {original} differ by {np.median(background):.0f} levels in most of the picture: they are "
            "not aligned frame by frame, leave the pair out"
        )
    step = (times[-1] - times[0]) / (len(times) - 1)
    known = {mask.frame_index for mask in masks}
    spans = _spans([time for index, time in zip(indices, times, strict=True) if index in known], step)
    when = dict(zip(indices, times, strict=True))
    inside = [mask for mask in masks if any(span.start <= when[mask.frame_index] < span.end for span in spans)]
    return ForgedTruth(spans, tuple(inside))


def _frames_at_the_same_times(forgery: Path, original: Path) -> Iterator[tuple[Frame, Frame]]:
    """Each frame of the forgery with the original's frame at that time, as long as both last."""
    fakes, reals = VideoReader(forgery), VideoReader(original)
    sizes = [(one.info.width, one.info.height) for one in (fakes, reals)]
    if sizes[0] != sizes[1]:
        raise DataError(
            f"{forgery} has {sizes[0][0]} x {sizes[0][1]} pixels, its original {sizes[1][0]} x {sizes[1][1]}: they are "
            "not aligned, leave the pair out"
        )
    tolerance = 0.5 / max(fakes.info.frame_rate, reals.info.frame_rate) + 1e-6
    waiting = iter(reals)
    real = next(waiting, None)
    for fake in fakes:
        while real is not None and real.time < fake.time - tolerance:
            real = next(waiting, None)
        if real is None:
            return
        if abs(real.time - fake.time) <= tolerance:
            yield fake, real


def _changed(
    fake: UInt8[ndarray, "height width 3"], real: UInt8[ndarray, "height width 3"]
) -> tuple[UInt8[ndarray, "height width"], float]:
    """1 where the pictures differ by enough, and by how much they differ in the median."""
    difference = cv2.absdiff(fake, real).max(axis=2)
    smooth = cv2.blur(difference.astype(np.float32), (BLUR, BLUR))
    kernel = np.ones((BLUR, BLUR), np.uint8)
    changed = (smooth >= LEAST_DIFFERENCE).astype(np.uint8)
    closed = cv2.morphologyEx(cv2.morphologyEx(changed, cv2.MORPH_OPEN, kernel), cv2.MORPH_CLOSE, kernel)
    return _large_parts(np.asarray(closed, np.uint8)), float(np.median(smooth))


def _large_parts(changed: UInt8[ndarray, "height width"]) -> UInt8[ndarray, "height width"]:
    """The largest connected part and those not much smaller: specks are the work of compression."""
    count, parts, facts, _ = cv2.connectedComponentsWithStats(changed)
    if count <= 2:
        return changed
    areas = facts[1:, cv2.CC_STAT_AREA]
    kept = 1 + np.flatnonzero(areas >= LEAST_PART * areas.max())
    return np.isin(parts, kept).astype(np.uint8)


def _mask(index: int, changed: UInt8[ndarray, "height width"]) -> FrameMask:
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    part = changed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return FrameMask(index, int(columns[0]), int(rows[0]), np.ascontiguousarray(255 * part))


def _spans(times: list[float], step: float) -> tuple[TimeSpan, ...]:
    """Forged moments joined to stretches."""
    spans: list[TimeSpan] = []
    for time in times:
        if spans and time - spans[-1].end <= LEAST_SECONDS:
            spans[-1] = TimeSpan(spans[-1].start, time + step)
        else:
            spans.append(TimeSpan(time, time + step))
    return tuple(span for span in spans if span.duration >= LEAST_SECONDS)
