"""Places in a picture, in pixels: x to the right, y down, a pixel (i, j) covers [j, j+1) x [i, i+1).

A point at (0, 0) is therefore the top-left *corner* of the picture, and the centre of its first pixel is (0.5, 0.5).
Boxes exclude their right and bottom edge. OpenCV counts from pixel centres instead; whoever calls it converts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; right and bottom are exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (self.left <= self.right and self.top <= self.bottom):
            raise ValueError(
                f"a box needs left <= right and top <= bottom, got {self.left, self.top, self.right, self.bottom}"
            )

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        """The point (x, y) in the middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def scaled(self, factor: float) -> Box:
        """The same box in a picture that is `factor` times as large."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def iou(self, other: Box) -> float:
        """Intersection over union with another box, in [0, 1]; 0 where both are empty."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Facial points in pixels of the picture they were found in; `scheme` names the point order."""

    points: Float[ndarray, "points 2"]
    scheme: str


@dataclass(frozen=True, slots=True)
class Affine:
    """A 2 x 3 matrix that takes crop pixels to frame pixels (corner-based coordinates, see the module)."""

    matrix: Float[ndarray, "2 3"]

    def apply(self, points: Float[ndarray, "points 2"]) -> Float[ndarray, "points 2"]:
        """Crop points laid on the frame."""
        moved: Float[ndarray, "points 2"] = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        return moved

    def inverse(self) -> Affine:
        """The affine that takes frame pixels to crop pixels."""
        linear = np.linalg.inv(self.matrix[:, :2])
        return Affine(np.hstack([linear, -linear @ self.matrix[:, 2:]]))
