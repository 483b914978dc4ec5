"""Elastic deformation of outlines. What is deformed is the outline, before it is filled, not the filled picture."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float, Float32
from numpy import ndarray

# The field is smoothed with a deviation of this many of its cells, so it holds nothing finer than its grid.
CELLS_A_DEVIATION = 1.75
NUM_STEPS = 3
MOST_POINTS = 32_000  # OpenCV counts columns with 16 bits


def elastic_field(alpha: float, sigma: float, seed: int) -> Float32[ndarray, "cells cells 2"]:
    """Where each place of a deformed picture comes from, as an offset in pixels of a 256-pixel crop (section 2.2).

    Uniform noise in [-1, 1] for every pixel, smoothed with deviation `sigma` and multiplied by `alpha`. Smooth noise
    needs no value for every pixel: on a coarser grid the same smoothing leaves that much larger values of the same
    shape, so they are made that much smaller.
    """
    step = max(1.0, sigma / CELLS_A_DEVIATION)
    cells = round(256 / step)
    noise = np.random.default_rng(seed).random((cells, cells, 2), dtype=np.float32) * 2 - 1
    field: Float32[ndarray, "cells cells 2"] = cv2.GaussianBlur(noise, (0, 0), sigma / step) * np.float32(alpha / step)
    return field


def sample_field(
    field: Float32[ndarray, "cells cells 2"], points: Float[ndarray, "points 2"], crop_size: int
) -> Float[ndarray, "points 2"]:
    """The offsets at some places of a crop, in its pixels."""
    places = (points * (len(field) / crop_size) - 0.5).astype(np.float32)
    # One row of one pixel a point: OpenCV interpolates lists of points as well as pictures, up to a width.
    rows = [
        cv2.remap(field, some[None, :, 0], some[None, :, 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)[0]
        for some in np.split(places, range(MOST_POINTS, len(places), MOST_POINTS))
    ]
    scaled: Float[ndarray, "points 2"] = np.concatenate(rows) * (crop_size / 256)
    return scaled


def deform(
    points: Float[ndarray, "points 2"], field: Float32[ndarray, "cells cells 2"], crop_size: int
) -> Float[ndarray, "points 2"]:
    """Where points of a picture lie after its elastic deformation.

    The field says for every place of the result where it comes from; which place comes from a given point is found by
    a few steps towards it, each of which leaves about a sixth of the error (the field's slope).
    """
    moved = points
    for _ in range(NUM_STEPS):
        moved = points - sample_field(field, moved, crop_size)
    return moved
