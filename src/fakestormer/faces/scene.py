"""Scene cuts, from how much reduced frames differ."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float32, UInt8
from numpy import ndarray

_THUMBNAIL_SIZE = 16
# A cut differs by this much (of 255, mean over the reduced picture) and this many times more than frames around it.
_MIN_CHANGE = 18.0
_MIN_RATIO = 3.0
_NEIGHBOURS = 6


def thumbnail(image: UInt8[ndarray, "height width 3"]) -> Float32[ndarray, "rows columns 3"]:
    """The picture reduced to a few pixels, in which small motion does not show."""
    size = (_THUMBNAIL_SIZE, _THUMBNAIL_SIZE)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def change_between(before: Float32[ndarray, "rows columns 3"], after: Float32[ndarray, "rows columns 3"]) -> float:
    """How much two thumbnails differ: mean absolute difference of their pixels, 0 to 255."""
    return float(np.abs(before - after).mean())


def find_cuts(changes: Sequence[float]) -> tuple[bool, ...]:
    """For each change between a frame and the one before whether it is a cut.

    A cut is a large change, and larger by a factor than the median change around it: a moving camera changes every
    frame.
    """
    values = np.asarray(changes, dtype=np.float64)
    cuts = []
    for place, change in enumerate(values):
        around = np.r_[values[max(0, place - _NEIGHBOURS) : place], values[place + 1 : place + 1 + _NEIGHBOURS]]
        usual = float(np.median(around)) if around.size else 0.0
        cuts.append(bool(change >= _MIN_CHANGE and change >= _MIN_RATIO * usual))
    return tuple(cuts)
