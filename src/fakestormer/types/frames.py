"""What a video file says about itself, and one decoded frame."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import UInt8
from numpy import ndarray


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """Facts of a video's picture stream. Width and height are upright, that is after `rotation` was applied.

    `duration` is in seconds and None where the container does not know it; `rotation` is in degrees clockwise, one of
    0, 90, 180, 270; `frame_rate` is the average number of frames a second. `bit_rate` is in bits a
    second, of the picture stream where the container says it, else of the whole file.
    """

    path: str
    width: int
    height: int
    frame_rate: float
    duration: float | None
    codec: str
    pixel_format: str
    rotation: int
    bit_rate: float | None = None

    @property
    def bits_per_pixel(self) -> float | None:
        """How many bits the file spends on a pixel of a frame; None where the bit rate is not known."""
        pixels = self.width * self.height * self.frame_rate
        return self.bit_rate / pixels if self.bit_rate and pixels > 0 else None


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
