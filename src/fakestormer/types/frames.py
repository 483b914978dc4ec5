"""What a video file says about itself, and one decoded frame."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import UInt8
from numpy import ndarray


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """Facts of a video's picture stream. Width and height are upright, that is after `rotation` was applied.

    `duration` is in seconds and None where the container does not know it; `rotation` is in degrees clockwise, one of
    0, 90, 180, 270; `frame_rate` is the average number of frames a second.
    """

    path: str
    width: int
    height: int
    frame_rate: float
    duration: float | None
    codec: str
    pixel_format: str
    rotation: int


@dataclass(frozen=True, slots=True)
class VideoDamage:
    """What could not be decoded: corrupt packets that were skipped, and whether the file breaks off before its end."""

    num_corrupt_packets: int = 0
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """One upright frame: its place in presentation order, its time in seconds from the first frame, RGB pixels."""

    index: int
    time: float
    image: UInt8[ndarray, "height width 3"]
