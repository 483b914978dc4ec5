"""What a distortion does to one picture. The codec's part of a distortion is in `distorted_copy`."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.video.distortion import Distortion

BLOCK_SIZE: Final = 8
_GREY: Final = 128
_SHORT_SIDE: Final = 480
_KEPT_SHARE: Final = 0.9
_REDUCTION: Final = 0.75
# BT.601, full range: luma, and the RGB that a step of one in each of Y, Cb and Cr makes.
_LUMA: Final = (0.299, 0.587, 0.114)
_RGB_OF_YCBCR: Final = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]], np.float32)


def perturb(
    image: UInt8[ndarray, "height width 3"], distortion: Distortion, rng: np.random.Generator
) -> UInt8[ndarray, "new_height new_width 3"]:
    """The distorted RGB picture; of another size only where a platform rescales it (`crop`, `480p`).

    Draws from `rng` only for `blocks` and `noise`, always in the same amount for pictures of one size. `compression`
    leaves the picture as it is: that is all the codec's work.
    """
    parameter = distortion.parameter
    match distortion.kind:
        case "saturation":
            return _saturate(image, parameter)
        case "contrast":
            return np.asarray(cv2.convertScaleAbs(image, alpha=parameter), np.uint8)
        case "blocks":
            return _cover_blocks(image, int(parameter), rng)
        case "noise":
            return _add_noise(image, parameter, rng)
        case "blur":
            size = int(parameter)
            exact = cv2.GaussianBlur(image.astype(np.float32), (size, size), size / 6)  # 8-bit kernels are rounded
            return _to_uint8(np.asarray(exact))
        case "pixelation":
            return _pixelate(image, int(parameter))
        case "480p":
            return _reduce(image, min(1.0, _SHORT_SIDE / min(image.shape[:2])))
        case "crop":
            return _reduce(_keep_middle(image, _KEPT_SHARE), _REDUCTION)
        case "compression":
            return image


def _saturate(image: UInt8[ndarray, "height width 3"], factor: float) -> UInt8[ndarray, "height width 3"]:
    """Each colour's distance from the grey of the same luma, times `factor`."""
    to_grey = np.tile(np.array(_LUMA), (3, 1))
    matrix = factor * np.eye(3) + (1 - factor) * to_grey
    return _to_uint8(np.asarray(cv2.transform(image.astype(np.float32), matrix)))


def _cover_blocks(
    image: UInt8[ndarray, "height width 3"], count: int, rng: np.random.Generator
) -> UInt8[ndarray, "height width 3"]:
    """So many cells of the picture's 8 x 8 grid in flat grey, no cell twice; all where it has fewer."""
    rows, columns = image.shape[0] // BLOCK_SIZE, image.shape[1] // BLOCK_SIZE
    covered: UInt8[ndarray, "height width 3"] = image.copy()
    for cell in rng.permutation(rows * columns)[:count]:
        top, left = BLOCK_SIZE * (cell // columns), BLOCK_SIZE * (cell % columns)
        covered[top : top + BLOCK_SIZE, left : left + BLOCK_SIZE] = _GREY
    return covered


def _add_noise(
    image: UInt8[ndarray, "height width 3"], variance: float, rng: np.random.Generator
) -> UInt8[ndarray, "height width 3"]:
    """Independent normal noise on Y, Cb and Cr, each in [0, 1]; conversion is linear, so its RGB is simply added."""
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    return _to_uint8(image + np.asarray(cv2.transform(noise, _RGB_OF_YCBCR * np.float32(255 * variance**0.5))))


def _pixelate(image: UInt8[ndarray, "height width 3"], size: int) -> UInt8[ndarray, "height width 3"]:
    """Cells of `size` x `size` pixels in their mean colour; cells that reach over the edge repeat the last pixel."""
    height, width = image.shape[:2]
    below, right = -height % size, -width % size
    whole = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)
    cells = cv2.resize(whole, (whole.shape[1] // size, whole.shape[0] // size), interpolation=cv2.INTER_AREA)
    return np.repeat(np.repeat(np.asarray(cells, np.uint8), size, axis=0), size, axis=1)[:height, :width]


def _keep_middle(image: UInt8[ndarray, "height width 3"], share: float) -> UInt8[ndarray, "new_height new_width 3"]:
    height, width = image.shape[:2]
    kept_height, kept_width = max(1, round(share * height)), max(1, round(share * width))
    top, left = (height - kept_height) // 2, (width - kept_width) // 2
    return image[top : top + kept_height, left : left + kept_width]


def _reduce(image: UInt8[ndarray, "height width 3"], scale: float) -> UInt8[ndarray, "new_height new_width 3"]:
    """The picture at this scale, at even sizes (nearest, at least 2), as video codecs want them."""
    height, width = (max(2, 2 * round(scale * side / 2)) for side in image.shape[:2])
    if (height, width) == image.shape[:2]:
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _to_uint8(values: Float[ndarray, "height width 3"]) -> UInt8[ndarray, "height width 3"]:
    return np.asarray(np.rint(np.clip(values, 0, 255)), np.uint8)
