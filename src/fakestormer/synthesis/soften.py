"""The soft edge of a blending mask: blur, keep what is still 1, blur again (section 2.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8
from numpy import ndarray

from fakestormer.synthesis.parameters import MaskShape

# "Still 1" is a ramp from 0 at this value to 1 at 1: a hard step would jump from pixel to pixel over time.
STILL_ONE = 0.99


@dataclass(frozen=True, slots=True)
class Softening:
    """The two blurs of a mask as one-dimensional kernels, for a picture of some scale."""

    first: Float32[ndarray, " first_taps"]
    second: Float32[ndarray, " second_taps"]

    @property
    def reach(self) -> int:
        """How many pixels away a pixel of the outline can still be felt."""
        return len(self.first) // 2 + len(self.second) // 2


def plan_softening(shape: MaskShape, unit: float) -> Softening:
    """The kernels of these draws where a pixel of a 256-pixel crop is `unit` pixels wide.

    The kernels of the method are so many pixels wide on its crop; here they are as wide on the face at every scale, cut
    off between two pixels if need be. Resizing the mask and back is a blur as well, a narrow one: it widens the first.
    """
    first_width, second_width = float(shape.first_kernel), float(shape.second_kernel)
    # OpenCV's deviation for a kernel of that size, and the mean variance of two linear interpolations.
    usual = 0.15 * first_width + 0.35
    resized = (1 + 1 / shape.resize**2) / 6
    return Softening(
        first=smoothing_kernel((first_width + 1) * unit, math.sqrt(usual**2 + resized) * unit),
        second=smoothing_kernel(second_width * unit, shape.second_sigma * unit),
    )


def smoothing_kernel(width: float, sigma: float) -> Float32[ndarray, " taps"]:
    """A Gaussian that is cut off outside `width`, as weights of pixels; an odd number of them, their sum 1."""
    half = max(width, 1.0) / 2
    reach = math.ceil(half - 0.5)
    edges = np.clip(np.arange(-reach, reach + 2) - 0.5, -half, half)
    below = np.array([math.erf(edge / (sigma * math.sqrt(2))) for edge in edges])
    weights = np.diff(below)
    kernel: Float32[ndarray, " taps"] = (weights / weights.sum()).astype(np.float32)
    return kernel


def soften(mask: UInt8[ndarray, "rows columns"], softening: Softening) -> Float32[ndarray, "rows columns"]:
    """A mask of 0 and 255 with a soft edge inside it, in [0, 1]."""
    slope = 1 / (1 - STILL_ONE)
    # The ramp (blurred - 0.99) / 0.01 is part of the filter: its gain and its offset.
    core = cv2.sepFilter2D(
        mask, cv2.CV_32F, softening.first * np.float32(slope / 255), softening.first, delta=-STILL_ONE * slope
    )
    np.clip(core, 0, 1, out=core)
    softened: Float32[ndarray, "rows columns"] = cv2.sepFilter2D(core, -1, softening.second, softening.second)
    np.minimum(softened, 1, out=softened)
    return softened
