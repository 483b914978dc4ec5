"""How a stored picture lies in the one that a player shows: turned, mirrored, and its pixels made square."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, cast

import numpy as np
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame

_MOST_ODD: Final = 8  # pixels that are longer than that are an error of the header, and taken as square
_USUAL: Final = (Fraction(2, 3), Fraction(3, 2))  # those of DV, DVD, HDV and broadcast
_SMALL: Final = 320  # pixels: a picture whose short side would be smaller is enlarged


@dataclass(frozen=True, slots=True)
class Geometry:
    """Size of the stored picture in pixels, aspect of these (width over height), turn in degrees clockwise, mirror."""

    width: int
    height: int
    pixel_aspect: Fraction
    rotation: int
    mirrored: bool

    @classmethod
    def of(cls, picture: VideoFrame) -> Geometry:
        """That of a picture as `decode_packet` gives it, with the aspect of its pixels in `opaque`."""
        rotation, mirrored = read_turn(picture)
        aspect = picture.opaque if isinstance(picture.opaque, Fraction) else Fraction(1)
        usable = Fraction(1, _MOST_ODD) <= aspect <= _MOST_ODD
        return cls(picture.width, picture.height, aspect if usable else Fraction(1), rotation, mirrored)

    @property
    def square(self) -> tuple[int, int]:
        """Width and height with square pixels, before the turn.

        The width changes, as in players and converters. Pixels odder than those of the formats in use are shrunk on
        their long side's direction where the picture stays large enough: enlarging softens, and softness looks forged.
        """
        width, height, aspect = self.width, self.height, self.pixel_aspect
        if _USUAL[0] <= aspect <= _USUAL[1]:
            return max(1, round(width * aspect)), height
        shrunk = (width, max(1, round(height / aspect))) if aspect > 1 else (max(1, round(width * aspect)), height)
        if min(shrunk) >= _SMALL:
            return shrunk
        return (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height as they are shown."""
        width, height = self.square
        return (height, width) if self.rotation in (90, 270) else (width, height)


def read_turn(picture: VideoFrame) -> tuple[int, bool]:
    """How a picture must be turned to stand upright: degrees clockwise (0, 90, 180, 270), then mirrored or not.

    Phones write it into the file as a display matrix; other angles than the four are taken to the nearest one.
    """
    try:
        entry = cast("SideDataContainer", picture.side_data)[Type.DISPLAYMATRIX]
    except KeyError:
        return 0, False
    except ValueError:  # a kind of note that PyAV has no name for hides the matrix; the turn is still told
        return -round(picture.rotation / 90) % 4 * 90, False
    matrix = np.frombuffer(bytes(entry), np.dtype("=i4"))[:9].reshape(3, 3) / 65536.0
    right, down = matrix[0, :2], matrix[1, :2]  # where the stored picture's x and y axes point on the screen
    mirrored = bool(right[0] * down[1] - right[1] * down[0] < 0)
    if mirrored:  # turn first, then mirror left to right: undo the mirror to find the turn
        right = right * (-1, 1)
    return round(np.degrees(np.arctan2(right[1], right[0])) / 90) % 4 * 90, mirrored
