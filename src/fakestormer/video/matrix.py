"""Colour matrices that FFmpeg cannot turn into RGB."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from av.video.frame import VideoFrame

from fakestormer.types import VideoError

_UNNAMED: Final = 2
_READABLE: Final = frozenset({0, 1, _UNNAMED, 4, 5, 6, 7, 9})
# ITU-T H.273, table 4
_UNREADABLE: Final = {
    8: "YCgCo",
    10: "BT.2020 with constant luminance",
    11: "SMPTE ST 2085",
    12: "derived from primaries",
    13: "derived from primaries, with constant luminance",
    14: "ICtCp",
    15: "IPT-C2",
    16: "YCgCo-Re",
    17: "YCgCo-Ro",
}


def settle_matrix(path: str | Path, picture: VideoFrame) -> None:
    """Makes a picture whose matrix means nothing one that names none, as players read it.

    Raises:
        VideoError: the matrix has a meaning, but FFmpeg cannot convert it.
    """
    matrix = int(picture.colorspace)
    if matrix in _READABLE:
        return
    if matrix in _UNREADABLE and not picture.format.is_rgb:
        raise VideoError(
            f"{path} has colours that FFmpeg cannot convert (matrix {_UNREADABLE[matrix]}): "
            "convert it to BT.709 with the program that made it"
        )
    picture.colorspace = _UNNAMED
