"""Blending: the inner face laid on the receiving frame (section 2.2)."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, UInt8
from numpy import ndarray


def blend(
    source: UInt8[ndarray, "frames size size 3"],
    target: UInt8[ndarray, "frames size size 3"],
    mask: Float32[ndarray, "frames size size"],
    ratio: float,
) -> UInt8[ndarray, "frames size size 3"]:
    """ratio * mask * source + (1 - ratio * mask) * target, rounded; every value lies between its two inputs."""
    frames, size = mask.shape[:2]
    weight = np.clip(mask * np.float32(ratio), 0, 1).reshape(frames * size, size)
    one_picture = (frames * size, size, 3)
    # Stacked frames are one tall picture: pixels do not see their neighbours here, and one call does for the clip.
    mixed: UInt8[ndarray, "all_rows size 3"] = cv2.blendLinear(
        np.ascontiguousarray(source).reshape(one_picture),
        np.ascontiguousarray(target).reshape(one_picture),
        weight,
        1 - weight,
    )
    return mixed.reshape(target.shape)
