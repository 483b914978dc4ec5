"""What is known to be forged in a video: when, and where in its frames."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.types.time import TimeSpan


@dataclass(frozen=True, slots=True)
class FrameMask:
    """How forged the pixels of one frame are, 0 to 255, in a rectangle from (left, top); 0 outside of it."""

    frame_index: int
    left: int
    top: int
    mask: UInt8[ndarray, "rows columns"]


@dataclass(frozen=True, slots=True)
class ForgedTruth:
    """The forged segments of a video in order, and a mask for each forged frame; both empty for a genuine one."""

    spans: tuple[TimeSpan, ...]
    masks: tuple[FrameMask, ...]
