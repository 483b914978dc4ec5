"""A map as a picture: laid on the original frame, in colours of even steps, on a fixed scale."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.types import Affine, EvidenceFrame, MapName

# Map values at which the colour begins and at which it is full: deviations of the training targets for "change", logits
# for "score". The scales are the same in every picture of every report, so that two pictures may
# be compared. They fit the default weights: of other weights the maps may be all faint or all hot.
HEAT_RANGES: Final[dict[MapName, tuple[float, float]]] = {"change": (0.0, 1.0), "score": (0.03, 0.15)}
MOST_COVER = 0.72  # the strongest colour still lets the face shine through
FIRST_COLOUR = 0.3  # the darkest part of the colour map would look like shadow
STEPS_PER_PATCH = 16  # the map is enlarged this much before it is laid on the frame
OUTLINE_COLOUR = (255, 255, 255)


def colour_scale(steps: int) -> UInt8[ndarray, "steps 3"]:
    """The colours of the heat scale from its begin to its end, RGB (inferno without its darkest part)."""
    values = np.rint(np.linspace(FIRST_COLOUR, 1, steps) * 255).astype(np.uint8)
    table: UInt8[ndarray, "steps 1 3"] = cv2.applyColorMap(values[:, None], cv2.COLORMAP_INFERNO)
    return np.ascontiguousarray(table[:, 0, ::-1])


def strength(values: Float[ndarray, "*axes"], name: MapName = "change") -> Float[ndarray, "*axes"]:
    """Map values on the absolute scale: 0 where the colour begins, 1 where it is full; not-a-number counts as 0."""
    low, high = HEAT_RANGES[name]
    kept: Float[ndarray, "*axes"] = np.clip((np.nan_to_num(values, nan=low) - low) / (high - low), 0, 1)
    return kept


def overlay_heatmap(
    image: UInt8[ndarray, "height width 3"],
    heat: Float[ndarray, "rows columns"],
    to_frame: Float[ndarray, "2 3"],
    crop_size: int,
    scale: float,
    outline: bool = True,
    name: MapName = "change",
) -> UInt8[ndarray, "height width 3"]:
    """The picture with the map of that name laid where the crop was cut, and the crop's edge drawn.

    `to_frame` takes crop pixels to frame pixels and `scale` frame pixels to pixels of `image` (0.5: a picture of half
    the video's size). Cover grows with the value, so calm places stay as they are.
    """
    if image.size == 0:
        return image
    height, width = image.shape[:2]
    rows, columns = heat.shape
    fine = cv2.resize(
        strength(heat, name).astype(np.float32),
        (columns * STEPS_PER_PATCH, rows * STEPS_PER_PATCH),
        interpolation=cv2.INTER_LINEAR,
    )
    crop_to_image = scale * to_frame.astype(np.float64)
    fine_to_crop = np.diag([crop_size / fine.shape[1], crop_size / fine.shape[0], 1.0])
    laid = warp(fine, crop_to_image @ fine_to_crop, width, height)
    colours = colour_scale(256)[np.rint(laid * 255).astype(np.intp)].astype(np.float32)
    cover = (MOST_COVER * laid)[..., None]
    mixed: ndarray = np.rint((1 - cover) * image + cover * colours).astype(np.uint8)
    return draw_crop_edge(mixed, crop_to_image, crop_size) if outline else mixed


def cut_face(
    image: UInt8[ndarray, "height width 3"],
    to_frame: Float[ndarray, "2 3"],
    crop_size: int,
    scale: float,
    size: int,
) -> UInt8[ndarray, "{size} {size} 3"]:
    """The crop that the model saw, cut again out of a picture of the frame: `size` pixels wide and high.

    Cut at the picture's own resolution and then reduced over areas, or enlarged; black outside of the picture.
    """
    crop_to_image = scale * to_frame.astype(np.float64)
    native = max(1, round(float(np.hypot(*crop_to_image[:, 0])) * crop_size))
    image_to_native = (native / crop_size) * Affine(crop_to_image).inverse().matrix
    cut = warp(image, image_to_native, native, native)
    shrinking = native > size
    return cv2.resize(cut, (size, size), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)


def warp(
    picture: UInt8[ndarray, "height width 3"] | Float[ndarray, "height width"],
    matrix: Float[ndarray, "2 3"],
    width: int,
    height: int,
) -> UInt8[ndarray, "{height} {width} 3"] | Float[ndarray, "{height} {width}"]:
    """The picture moved by a corner-based affine onto a canvas of the given size, zero outside.

    OpenCV counts from pixel centres, hence the two half-pixel shifts.
    """
    centred = matrix.copy()
    centred[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    moved: ndarray = cv2.warpAffine(picture, centred, (width, height), flags=cv2.INTER_LINEAR)
    return moved


def draw_crop_edge(
    image: UInt8[ndarray, "height width 3"], crop_to_image: Float[ndarray, "2 3"], crop_size: int
) -> UInt8[ndarray, "height width 3"]:
    """A copy of the picture with the edge of the examined square: white on a dark seam, visible on any ground."""
    corners = np.array([[0, 0], [crop_size, 0], [crop_size, crop_size], [0, crop_size]], dtype=np.float64)
    places = corners @ crop_to_image[:, :2].T + crop_to_image[:, 2] - 0.5
    points = np.rint(places * 16).astype(np.int32)[None]  # sixteenths of a pixel (shift=4)
    thickness = max(1, round(min(image.shape[:2]) / 360))
    drawn: ndarray = image.copy()
    cv2.polylines(drawn, points, True, (0, 0, 0), thickness + 2, cv2.LINE_AA, 4)
    cv2.polylines(drawn, points, True, OUTLINE_COLOUR, thickness, cv2.LINE_AA, 4)
    return drawn


def has_picture(evidence_frame: EvidenceFrame) -> bool:
    """Whether the evidence frame still holds its picture; one that was read from JSON does not."""
    return evidence_frame.image.size > 0
