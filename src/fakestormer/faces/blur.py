"""How blurred crops are, told from the picture alone."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

WIDTH = 11  # pixels of the averaging filter


def measure_blur(images: UInt8[ndarray, "frames size size 3"]) -> float:
    """Mean over frames in [0, 1]; 0 is sharp. The measure of Crété and others, "The blur effect" (SPIE 6492, 2007).

    A sharp picture loses most of its differences between neighbours when it is blurred once more, a blurred one hardly
    any: what is measured is the share that stays, along rows and columns, the larger of the two.
    """
    return float(np.mean([_blur_of(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)) for image in images]))


def _blur_of(grey: ndarray) -> float:
    shares = []
    for axis, kernel in ((0, (1, WIDTH)), (1, (WIDTH, 1))):
        before = np.abs(np.diff(grey, axis=axis))
        after = np.abs(np.diff(cv2.blur(grey, kernel), axis=axis))
        total = float(before.sum())
        lost = float(np.maximum(before - after, 0).sum())
        shares.append(1.0 if total == 0 else (total - lost) / total)
    return max(shares)
