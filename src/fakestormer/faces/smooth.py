"""Boxes and points smoothed over time, so that the jitter of detectors does not become an artefact of the crops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from fakestormer.types import Box, FaceObservation


def smooth_boxes(observations: Sequence[FaceObservation], sigma: float) -> tuple[FaceObservation, ...]:
    """The same observations with boxes smoothed over the whole track; `sigma` is in seconds, 0 leaves them as they are.

    Centre and size are smoothed apart: first the median of three neighbours (one wild box does not pull the others),
    then a straight line fitted around every instant with Gaussian weights in time. The line keeps steady motion and the
    ends of the track as they are: no lag, no shrinking towards the middle.
    """
    if sigma < 0:
        raise ValueError(f"smoothing needs sigma >= 0, got {sigma}")
    if sigma == 0 or len(observations) < 3:
        return tuple(observations)
    times = np.array([seen.time for seen in observations], dtype=np.float64)
    places = np.array(
        [
            [*seen.box.center, np.log(max(seen.box.width, 1e-6)), np.log(max(seen.box.height, 1e-6))]
            for seen in observations
        ],
        dtype=np.float64,
    )
    smooth = _local_lines(times, _median_of_three(places), sigma)
    boxes = [
        Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        for x, y, width, height in (
            (x, y, np.exp(log_width), np.exp(log_height)) for x, y, log_width, log_height in smooth.tolist()
        )
    ]
    return tuple(replace(seen, box=box) for seen, box in zip(observations, boxes, strict=True))


def smooth_points(
    points: Float[ndarray, "times points 2"], times: Float[ndarray, " times"], sigma: float = 0.04
) -> Float[ndarray, "times points 2"]:
    """The same landmarks smoothed over time by straight lines fitted around every instant; `times`, `sigma` in seconds.

    Times rise; frames without landmarks are simply left out of both. At 25 frames a second the default halves the
    jitter of the face mesh and moves points by 0.4 pixels of a 256 pixel crop in the mean.
    """
    if sigma < 0:
        raise ValueError(f"smoothing needs sigma >= 0, got {sigma}")
    if sigma == 0 or len(points) < 3:
        return points
    flat = points.reshape(len(points), -1).astype(np.float64)
    return _local_lines(times.astype(np.float64), flat, sigma).reshape(points.shape)


def _median_of_three(values: Float[ndarray, "times columns"]) -> Float[ndarray, "times columns"]:
    middle: Float[ndarray, "times columns"] = values.copy()
    middle[1:-1] = np.median(np.stack([values[:-2], values[1:-1], values[2:]]), axis=0)
    return middle


def _local_lines(
    times: Float[ndarray, " times"], values: Float[ndarray, "times columns"], sigma: float
) -> Float[ndarray, "times columns"]:
    """At every instant the value of the line that fits its surroundings best, weighted by a Gaussian of `sigma`."""
    smooth: Float[ndarray, "times columns"] = np.empty_like(values)
    for place, time in enumerate(times):
        # Beyond four sigma nothing counts; a window keeps long tracks linear in time.
        first, after = np.searchsorted(times, [time - 4 * sigma, time + 4 * sigma + 1e-9])
        offsets = times[first:after] - time
        weights = np.exp(-0.5 * (offsets / sigma) ** 2)
        weights /= weights.sum()
        middle = weights @ offsets
        spread = weights @ (offsets - middle) ** 2
        mean = weights @ values[first:after]
        slope = 0.0 if spread < 1e-12 else (weights * (offsets - middle)) @ values[first:after] / spread
        smooth[place] = mean - middle * slope
    return smooth
