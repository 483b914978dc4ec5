"""Raw pictures of any format become upright RGB images, reduced on the way where that is asked for."""

from __future__ import annotations

from typing import Final, cast

import numpy as np
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from jaxtyping import UInt8
from numpy import ndarray

# The same numbers on every processor, and colour interpolated up to full resolution.
_EXACT: Final = Interpolation.ACCURATE_RND | Interpolation.BITEXACT | Interpolation.FULL_CHR_H_INT


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


class Upright:
    """Makes images of one size from pictures: that of the first picture, reduced to `max_size` on its long side."""

    def __init__(self, first: VideoFrame, max_size: int | None) -> None:
        if max_size is not None and max_size < 1:
            raise ValueError(f"max_size counts pixels, at least 1, got {max_size}")
        self.rotation, self._mirrored = read_turn(first)
        self.scale = max(1.0, max(first.width, first.height) / max_size) if max_size else 1.0
        self._width = max(1, round(first.width / self.scale))
        self._height = max(1, round(first.height / self.scale))
        self._reformatter = VideoReformatter()

    def image(self, picture: VideoFrame) -> UInt8[ndarray, "height width 3"]:
        """The upright RGB image.

        Colour matrix and range are the picture's own; where the file names no matrix it is BT.601, as in FFmpeg and
        OpenCV, through which the public benchmarks have always been read.
        """
        shrinks = picture.width > self._width or picture.height > self._height
        rgb = self._reformatter.reformat(
            picture,
            width=self._width,
            height=self._height,
            format="rgb24",
            interpolation=(Interpolation.AREA if shrinks else Interpolation.BILINEAR) | _EXACT,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        )
        image = rgb.to_ndarray()
        if self.rotation:
            image = np.rot90(image, -self.rotation // 90)
        if self._mirrored:
            image = image[:, ::-1]
        return np.ascontiguousarray(image)
