"""Landmarks over time: jumps become smaller steps, so that jitter is not what the network learns (section 2.1)."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray

# The method measures ||l(t) - l(t-1)|| / number of points, which for one and the same movement falls with the root of
# the number of points. Its thresholds belong to 81 points; that number for every scheme makes all schemes behave alike.
METHOD_NUM_POINTS = 81


def landmark_jump(before: Float[ndarray, "points 2"], after: Float[ndarray, "points 2"]) -> float:
    """How far landmarks moved between two frames, in pixels: root mean square movement over sqrt(81)."""
    return float(np.sqrt(np.mean(np.sum((after - before) ** 2, axis=1)) / METHOD_NUM_POINTS))


def interpolate_landmarks(
    points: Float[ndarray, "frames points 2"], crop_size: int, threshold: float, step: float, max_lag: float
) -> Float[ndarray, "frames points 2"]:
    """The landmarks with jumps shortened (section 2.1), frame after frame, each from its already shortened predecessor.

    `threshold` and `step` are in pixels of a 256-pixel crop and scale with `crop_size`. Where the jump d exceeds the
    threshold, l(t) becomes l(t-1) + (l(t) - l(t-1)) / round(d / step). Beyond the paper: they never stay further than
    `max_lag` (measured like the jump) behind, or a fast head would leave its mask behind; infinity switches that off.
    """
    measured = points.astype(np.float64)
    steady: Float[ndarray, "frames points 2"] = measured.copy()
    unit = crop_size / 256
    for frame in range(1, len(steady)):
        jump = landmark_jump(steady[frame - 1], steady[frame])
        if jump > threshold * unit:
            # Python and NumPy round halves to even; the method does not say, so halves go up as in school.
            parts = max(1, math.floor(jump / (step * unit) + 0.5))
            steady[frame] = steady[frame - 1] + (steady[frame] - steady[frame - 1]) / parts
            lag = landmark_jump(steady[frame], measured[frame])
            if lag > max_lag * unit:
                steady[frame] = measured[frame] + (steady[frame] - measured[frame]) * (max_lag * unit / lag)
    return steady
