"""What a landmarker is: an RGB picture and a face box in, named points out. Only training needs one."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.types import Box, Landmarks


@runtime_checkable
class Landmarker(Protocol):
    """Finds the points of one face in a picture; `scheme` names the order of its points."""

    @property
    def scheme(self) -> str:
        """The point order, for example "facemesh468"."""

    def find(self, image: UInt8[ndarray, "height width 3"], box: Box) -> Landmarks | None:
        """The points, in pixels of `image`, of the face in `box`; None where no face is seen there."""
