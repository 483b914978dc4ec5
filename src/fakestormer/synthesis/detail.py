"""Makes two pictures equally sharp, so that sharpness cannot tell the forged one (beyond the paper).

Pairs of pictures that were not made from one another differ in camera, codec and size. A network that may read that
off learns it first and takes every compressed forgery for genuine.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, UInt8
from numpy import ndarray

HIGH_PASS = 1.0  # deviation in pixels of 224: what a blur of this size takes away is fine detail
WIDEST = 4.0  # deviation in pixels of 224
HALVINGS = 10


def fine_detail(image: UInt8[ndarray, "size size 3"]) -> float:
    """How much fine detail the middle of a picture carries: deviation of its high-passed luminance, 8-bit levels."""
    return _detail(_middle(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)))


def equally_sharp(
    one: UInt8[ndarray, "size size 3"], other: UInt8[ndarray, "size size 3"]
) -> tuple[UInt8[ndarray, "size size 3"], UInt8[ndarray, "size size 3"]]:
    """The two pictures, the one with more fine detail blurred until both carry as much."""
    here, there = fine_detail(one), fine_detail(other)
    if here > there:
        return _softened(one, there), other
    return one, _softened(other, here)


def _softened(image: UInt8[ndarray, "size size 3"], wanted: float) -> UInt8[ndarray, "size size 3"]:
    low, high, softest = 0.0, WIDEST * image.shape[0] / 224, image
    for _ in range(HALVINGS):
        deviation = (low + high) / 2
        blurred = cv2.GaussianBlur(image, (0, 0), deviation).astype(np.uint8, copy=False)
        if fine_detail(blurred) > wanted:
            low = deviation
        else:
            high, softest = deviation, blurred
    return softest if softest is not image else blurred


def _middle(grey: Float32[ndarray, "size size"]) -> Float32[ndarray, "side side"]:
    margin = grey.shape[0] // 5
    return grey[margin:-margin, margin:-margin]


def _detail(grey: Float32[ndarray, "side side"]) -> float:
    deviation = HIGH_PASS * grey.shape[0] / (224 * 3 / 5)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), deviation)).std())
