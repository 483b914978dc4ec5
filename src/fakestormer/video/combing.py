"""Whether pictures are interlaced: made of two fields that were filmed one after the other, so edges are combed."""

from __future__ import annotations

from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from jaxtyping import Int16
from numpy import ndarray

_COLUMNS: Final = 200  # about so many are looked at, evenly spread
_CONTRAST: Final = 10  # grey levels; less is noise
# Of the rows that stand out from both neighbours, compared with rows two apart. In 110 development clips of talking
# people the ratio was 0.56 at most; a quarter of the same clips, woven from two pictures each, had more than 2.3.
_MOST_RATIO: Final = 1.5
_LEAST_SHARE: Final = 0.003
_DEVIATIONS: Final = 4  # of what chance does to a count, in pictures so small that it matters
_LEAST_PICTURES: Final = 0.1  # of those looked at: a head that keeps still is not combed


class Combing:
    """Counts combed pictures, and those that their stream calls interlaced."""

    def __init__(self) -> None:
        self._num_seen = 0
        self._num_combed = 0

    @property
    def share(self) -> float:
        """The share of the pictures seen that are interlaced, in [0, 1]."""
        return self._num_combed / self._num_seen if self._num_seen else 0.0

    @property
    def found(self) -> bool:
        """Whether so many pictures are interlaced that the stream is."""
        return self._num_combed > 1 and self.share >= _LEAST_PICTURES

    def look(self, picture: VideoFrame) -> None:
        """Looks at one more picture."""
        self._num_seen += 1
        self._num_combed += picture.interlaced_frame or is_combed(picture)


def is_combed(picture: VideoFrame) -> bool:
    """Whether neighbouring rows of a picture disagree more than rows two apart do; False for pictures without luma."""
    luma = _luma(picture)
    if luma is None or len(luma) < 8:
        return False
    near, far = _standing_out(luma, 1), _standing_out(luma, 2)
    return near >= _LEAST_SHARE * luma.size and near > _MOST_RATIO * far + _DEVIATIONS * far**0.5


def _standing_out(luma: Int16[ndarray, "rows columns"], step: int) -> int:
    """How many places are brighter, or darker, than both places `step` rows away."""
    middle = luma[2:-2]
    above, below = middle - luma[2 - step : -2 - step], middle - luma[2 + step : len(luma) - 2 + step]
    bright, dark = (above > _CONTRAST) & (below > _CONTRAST), (above < -_CONTRAST) & (below < -_CONTRAST)
    return int((bright | dark).sum())


def _luma(picture: VideoFrame) -> Int16[ndarray, "rows columns"] | None:
    """Some columns of the luma plane, as 8 bits would have them; None where the format has no such plane."""
    parts = picture.format.components
    if not picture.format.is_planar or not parts or not parts[0].is_luma or picture.format.is_big_endian:
        return None
    plane, bits = picture.planes[0], parts[0].bits
    kind = np.dtype(np.uint8 if bits <= 8 else np.uint16)
    rows = np.frombuffer(memoryview(plane), kind).reshape(plane.height, plane.line_size // kind.itemsize)
    step = max(1, plane.width // _COLUMNS)
    luma: Int16[ndarray, "rows columns"] = (rows[:, : plane.width : step] >> max(0, bits - 8)).astype(np.int16)
    return luma
