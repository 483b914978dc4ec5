"""Blending: the inner face laid on the receiving frame (section 2.2)."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, UInt8
from numpy import ndarray


def blend(
    source: UInt8[ndarray, "frames height width 3"],
    target: UInt8[ndarray, "frames height width 3"],
    mask: Float32[ndarray, "frames height width"],
    ratio: float,
) -> UInt8[ndarray, "frames height width 3"]:
    """ratio * mask * source + (1 - ratio * mask) * target, rounded; every value lies between its two inputs."""
    mixed = np.empty(target.shape, dtype=np.uint8)
    for frame, (inner, outer, soft) in enumerate(zip(source, target, mask, strict=True)):
        weight = np.clip(soft * np.float32(ratio), 0, 1)
        cv2.blendLinear(inner, outer, weight, 1 - weight, dst=mixed[frame])
    return mixed
