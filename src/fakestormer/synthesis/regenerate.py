"""A face as a generator of small pictures gives it back: fewer details, enlarged to its place (beyond the paper).

Swapped faces and dubbed mouths are made at 96 to 256 pixels and enlarged; what surrounds them is not. A self-blended
source that is only moved is as detailed as its target, so that a detector never meets the difference.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.synthesis.parameters import Enlargement, Regeneration

INTERPOLATION: dict[Enlargement, int] = {
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "nearest": cv2.INTER_NEAREST_EXACT,
    "lanczos": cv2.INTER_LANCZOS4,
}
# Smoothing that keeps edges: window in pixels of the small picture, deviations in 8-bit levels and in pixels.
SMOOTHING = (5, 18.0, 2.0)
# Blocks of repeated pixels are smoothed, as the convolutions behind such a layer do; deviation in blocks.
BLOCK_BLUR = 0.45


def regenerate(
    images: UInt8[ndarray, "frames size size 3"], draws: Regeneration
) -> UInt8[ndarray, "frames size size 3"]:
    """The frames reduced to `draws.size`, smoothed where drawn, and enlarged again; all frames alike."""
    size = images.shape[1]
    small_size = max(8, round(draws.size * size))
    regenerated = np.empty_like(images)
    for frame, image in enumerate(images):
        small = cv2.resize(image, (small_size, small_size), interpolation=cv2.INTER_AREA)
        if draws.smoothed:
            small = cv2.bilateralFilter(small, *SMOOTHING)
        cv2.resize(small, (size, size), dst=regenerated[frame], interpolation=INTERPOLATION[draws.enlarged])
        if draws.enlarged == "nearest":
            cv2.GaussianBlur(regenerated[frame], (0, 0), BLOCK_BLUR / draws.size, dst=regenerated[frame])
    return regenerated
