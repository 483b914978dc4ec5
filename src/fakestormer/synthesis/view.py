"""Which part of a crop fills the output picture: moving and framing are one interpolation (section 2.3)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Shaped, UInt8
from numpy import ndarray

from fakestormer.synthesis.parameters import Framing, SynthesisParameters
from fakestormer.synthesis.warp import chain, scale_and_shift


@dataclass(frozen=True, slots=True)
class View:
    """A square of a crop in whole pixels, which becomes the whole output picture; it may reach beyond the crop."""

    left: int
    top: int
    side: int


@dataclass(frozen=True, slots=True)
class Views:
    """What is seen of the target and what of the source; where they differ, the source is moved."""

    target: View
    source: View


def place_views(parameters: SynthesisParameters, crop_size: int) -> Views:
    """The views of a clip: the framing, seen through the target's move, and that seen through the source's move."""
    moved, shape, framing = parameters.target_move, parameters.mask, parameters.framing
    move = scale_and_shift(crop_size, moved.scale, moved.shift_x, moved.shift_y)
    change = scale_and_shift(crop_size, shape.scale, shape.shift_x, shape.shift_y)
    return Views(place_view(framing, move, crop_size), place_view(framing, chain(move, change), crop_size))


def place_view(framing: Framing, move: Float[ndarray, "2 3"], crop_size: int) -> View:
    """The part of a crop that the framing shows after the crop was scaled and shifted, to the nearest whole pixels.

    Whole pixels, because then a resize of a part does what otherwise takes a general warp, at a quarter of the cost.
    The side is off by half a pixel at most, and the middle in x and y by as much again.
    """
    scale = float(move[0, 0])
    side = framing.size * crop_size / scale
    left = (framing.left * crop_size - float(move[0, 2])) / scale
    top = (framing.top * crop_size - float(move[1, 2])) / scale
    whole = max(2, round(side))
    rest = (side - whole) / 2
    return View(round(left + rest), round(top + rest), whole)


def onto_output(view: View, size: int) -> Float[ndarray, "2 3"]:
    """The matrix from pixels of the crop to pixels of the output picture."""
    scale = size / view.side
    return np.array([[scale, 0.0, -view.left * scale], [0.0, scale, -view.top * scale]])


def show(
    images: UInt8[ndarray, "frames height width 3"], view: View, size: int
) -> UInt8[ndarray, "frames {size} {size} 3"]:
    """What the view shows of every frame, `size` pixels wide; beyond the border the picture is mirrored."""
    height, width = images.shape[1:3]
    shown = np.empty((len(images), size, size, 3), dtype=np.uint8)
    beyond = max(0, -view.left, -view.top, view.left + view.side - width, view.top + view.side - height)
    rows = slice(view.top + beyond, view.top + beyond + view.side)
    columns = slice(view.left + beyond, view.left + beyond + view.side)
    for frame, image in enumerate(images):
        picture = image
        if beyond:
            picture = cv2.copyMakeBorder(image, beyond, beyond, beyond, beyond, cv2.BORDER_REFLECT_101)
        cv2.resize(picture[rows, columns], (size, size), dst=shown[frame], interpolation=cv2.INTER_LINEAR)
    return shown


def mirror(
    images: Shaped[ndarray, "frames height width *channels"],
) -> Shaped[ndarray, "frames height width *channels"]:
    """Every frame with left and right exchanged."""
    frames, height, width = images.shape[:3]
    mirrored: Shaped[ndarray, "all_rows width *channels"] = cv2.flip(
        images.reshape(frames * height, width, *images.shape[3:]), 1
    )
    return mirrored.reshape(images.shape)
