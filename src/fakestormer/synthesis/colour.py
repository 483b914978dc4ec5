"""Changes of colour and detail. All colour changes of a clip are one affine map of RGB: one pass, rounded once."""

from __future__ import annotations

import math

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.synthesis.parameters import ColourChange, FrequencyChange

LUMA = (0.299, 0.587, 0.114)
MID_GREY = 127.5


def colour_matrix(change: ColourChange) -> Float[ndarray, "3 4"]:
    """The 3 x 4 matrix that takes (red, green, blue, 1), in 8-bit levels, to the changed colour.

    Shift of RGB, then hue (rotation about the grey axis), saturation (away from luma) value and brightness (gains),
    then contrast about mid-grey. Hue and saturation are linear here: 8-bit HSV is so coarse that it leaves traces.
    """
    grey = np.ones((3, 1)) @ np.array([LUMA])
    linear = (
        (1 + change.value)
        * (1 + change.brightness)
        * ((1 + change.saturation) * (_hue_rotation(change.hue) - grey) + grey)
    )
    gain = 1 + change.contrast
    offset = gain * (linear @ np.array(change.rgb_shift) - MID_GREY) + MID_GREY
    return np.hstack([gain * linear, offset[:, None]])


def recolour(
    image: UInt8[ndarray, "height width 3"], matrix: Float[ndarray, "3 4"]
) -> UInt8[ndarray, "height width 3"]:
    """The picture in the changed colours."""
    changed: UInt8[ndarray, "height width 3"] = cv2.transform(image, matrix)
    return changed


def change_frames(
    images: UInt8[ndarray, "frames height width 3"], colour: ColourChange, detail: FrequencyChange
) -> UInt8[ndarray, "frames height width 3"]:
    """The frames in changed colours and with changed detail; the same array where nothing changes."""
    matrix = colour_matrix(colour) if colour != ColourChange() else None
    if matrix is None and detail.kind == "none":
        return images
    changed = np.empty(images.shape, dtype=np.uint8)
    for frame, image in enumerate(images):
        changed[frame] = change_detail(image if matrix is None else recolour(image, matrix), detail)
    return changed


def change_detail(image: UInt8[ndarray, "height width 3"], change: FrequencyChange) -> UInt8[ndarray, "height width 3"]:
    """The picture with fewer details (reduced and enlarged) or sharpened ones; itself where nothing changes."""
    if change.kind == "none":
        return image
    if change.kind == "downscale":
        return reduce_and_enlarge(image, 1 / change.factor)
    return _sharpen(image, change.amount)


def reduce_and_enlarge(image: UInt8[ndarray, "height width 3"], share: float) -> UInt8[ndarray, "height width 3"]:
    """The picture as it looks after it was stored at `share` of its size."""
    height, width = image.shape[:2]
    small = cv2.resize(
        image, (max(1, round(width * share)), max(1, round(height * share))), interpolation=cv2.INTER_AREA
    )
    enlarged: UInt8[ndarray, "height width 3"] = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return enlarged


def _sharpen(image: UInt8[ndarray, "height width 3"], amount: float) -> UInt8[ndarray, "height width 3"]:
    """Itself and a 3 x 3 Laplacian sharpening of itself, mixed: weight 1 - amount and amount."""
    kernel = np.full((3, 3), -amount, dtype=np.float32)
    kernel[1, 1] = 1 + 8 * amount
    return cv2.filter2D(image, -1, kernel)


def _hue_rotation(degrees: float) -> Float[ndarray, "3 3"]:
    """Rotation of RGB about the grey axis (Rodrigues)."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees)) / math.sqrt(3)
    cross = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
    return cosine * np.eye(3) + sine * cross + (1 - cosine) / 3 * np.ones((3, 3))
