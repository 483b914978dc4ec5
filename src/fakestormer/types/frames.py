"""What a video file says about itself, and one decoded frame."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.types.likelihood import QualityNote


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """Facts of a video's picture stream. Width and height are those of the first picture as a player shows it.

    That is upright and with square pixels: `rotation` (degrees clockwise: 0, 90, 180 or 270) was applied, and
    `pixel_aspect` (width of a stored pixel over its height) made 1. Times are on a player's clock, in seconds: the
    first picture is shown at `start`, the last one until `duration` (None where nothing says so). `frame_rate` is the
    average number of frames a second by their timestamps, pauses apart, and `bit_rate` what they take in bits a second.
    `notes` say what else reading the file showed and a reader of the result must know.
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
    start: float = 0.0
    pixel_aspect: float = 1.0
    notes: tuple[QualityNote, ...] = ()

    @property
    def bits_per_pixel(self) -> float | None:
        """How many bits the file spends on a pixel of a frame; None where the bit rate is not known."""
        pixels = self.width * self.height * self.frame_rate
        return self.bit_rate / pixels if self.bit_rate and pixels > 0 else None


@dataclass(frozen=True, slots=True)
class VideoDamage:
    """What could not be decoded: corrupt packets that were skipped, and whether the file breaks off before its end.

    Encrypted packets, for which there is no key, are counted apart: nothing is wrong with them.
    """

    num_corrupt_packets: int = 0
    truncated: bool = False
    num_encrypted_packets: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """One upright frame: its place in presentation order, its time on a player's clock in seconds, RGB pixels.

    One pixel of the image spans `scale` pixels of the frame. `part` counts how often the picture has changed its size
    or its clock has jumped before: frames of different parts have nothing to do with each other.
    """

    index: int
    time: float
    image: UInt8[ndarray, "height width 3"]
    scale: float = 1.0
    part: int = 0
