"""Soft blending masks: hulls of named face regions, deformed and softened (section 2.2)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, Int, UInt8
from numpy import ndarray

from fakestormer.synthesis.config import SynthesisConfig
from fakestormer.synthesis.elastic import deform, elastic_field
from fakestormer.synthesis.parameters import MaskShape
from fakestormer.synthesis.regions import FaceScheme, RegionName
from fakestormer.synthesis.soften import plan_softening, soften
from fakestormer.synthesis.view import View, onto_output
from fakestormer.synthesis.warp import move_points

COMPONENTS: tuple[tuple[RegionName, ...], ...] = (
    ("right_jaw", "mouth"),
    ("left_jaw", "mouth"),
    ("right_cheek",),
    ("left_cheek",),
    ("right_eye", "right_brow", "nose_ridge"),
    ("left_eye", "left_brow", "nose_ridge"),
    ("nose_ridge", "nose"),
    ("nose", "mouth"),
)
SUBPIXEL_BITS = 4
FOREHEAD_WIDTH = 0.75  # of the width of the brows
MOUTH_REACH = 1.7  # the mouth's surroundings, in sizes of the mouth: softening eats its border
OUTLINE_STEP = 4.0  # pixels of a 256-pixel crop; half a wave of the elastic field is about 20 long


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where masks are drawn, in pixels of the output picture; it may reach beyond it."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class SoftMasks:
    """The masks of a clip in [0, 1], and the rows and columns outside which all of them are 0."""

    values: Float32[ndarray, "frames size size"]
    rows: slice
    columns: slice


def hull_polygons(
    points: Float[ndarray, "frames points 2"], scheme: FaceScheme, shape: MaskShape, forehead_lift: float
) -> list[Float[ndarray, "frames _ 2"]]:
    """The point sets whose convex hulls together are the mask, one of the families of section 2.2.

    lower_face: jaw, nose, mouth, eyes and brows. raised: the same, the brows lifted away from the eyes. components:
    jaw halves, cheeks, eyes, nose ridge and nose, each its own hull. whole_face: the first with the forehead points,
    if they are used and the scheme has them. Beyond the paper, what dubbing replaces: mouth, the lips and what lies
    around them; below_nose, nose, mouth and the part of the jaw below the nose.
    """
    if shape.hull == "components":
        return [points[:, list(scheme.indices(*names))] for names in COMPONENTS]
    if shape.hull == "mouth":
        mouth = points[:, list(scheme.regions["mouth"])]
        middle = mouth.mean(axis=1, keepdims=True)
        return [middle + MOUTH_REACH * (mouth - middle)]
    if shape.hull == "below_nose":
        return [_below_nose(points, scheme)]
    core = points[:, list(scheme.indices(*(name for name in scheme.regions if name != "forehead")))]
    if shape.hull == "raised":
        return [np.concatenate([core, *_lifted_brows(points, scheme, forehead_lift)], axis=1)]
    if shape.hull == "whole_face" and shape.use_forehead:
        return [np.concatenate([core, points[:, list(scheme.regions["forehead"])]], axis=1)]
    return [core]


def draw_masks(
    points: Float[ndarray, "frames points 2"],
    scheme: FaceScheme,
    shape: MaskShape,
    view: View,
    crop_size: int,
    config: SynthesisConfig,
) -> SoftMasks:
    """The soft masks of all frames as the view shows them, 1 somewhere in the clip; all 0 where nothing is left.

    `points` are in pixels of the crop; the masks are drawn at the size of the output at once.
    """
    size = config.image_size
    field = elastic_field(config.elastic_alpha, config.elastic_sigma, shape.elastic_seed)
    outlines = draw_outlines(hull_polygons(points, scheme, shape, config.forehead_lift), field, crop_size)
    matrix = onto_output(view, size)
    placed = [[move_points(outline, matrix) for outline in frame] for frame in outlines]
    softening = plan_softening(shape, size / view.side * crop_size / 256)
    # Two pixels more: where a filled shape is cut off by its canvas, its edge is not as smooth.
    canvas = _stretch_canvas(placed, softening.reach + 2, size)
    drawn = np.stack([fill_outlines(frame, canvas) for frame in placed])
    # One tall picture: between two frames lies as much empty or unseen canvas as the softening reaches.
    soft = soften(drawn.reshape(-1, drawn.shape[2]), softening).reshape(drawn.shape)
    return _cut_to_size(soft, canvas, size, size // config.num_rows)


def draw_outlines(
    polygons: list[Float[ndarray, "frames _ 2"]], field: Float32[ndarray, "cells cells 2"], crop_size: int
) -> list[list[Float[ndarray, "_ 2"]]]:
    """For every frame the convex hulls' outlines after the elastic deformation, in pixels of the crop."""
    hulls = [_convex_hull(one) for frame in zip(*polygons, strict=True) for one in frame]
    dense, counts = densify(hulls, OUTLINE_STEP * crop_size / 256)
    pieces = np.split(deform(dense, field, crop_size), np.cumsum(counts)[:-1])
    return [pieces[first : first + len(polygons)] for first in range(0, len(pieces), len(polygons))]


def densify(
    outlines: list[Float[ndarray, "_ 2"]], step: float
) -> tuple[Float[ndarray, "points 2"], Int[ndarray, " outlines"]]:
    """Closed outlines with points in between, no two further apart than `step`: all points, and how many each has."""
    lengths = np.array([len(outline) for outline in outlines])
    corners = np.concatenate(outlines)
    following = np.arange(1, len(corners) + 1)
    ends = np.cumsum(lengths)
    following[ends - 1] = ends - lengths
    edges = corners[following] - corners
    pieces = np.maximum(1, np.ceil(np.hypot(edges[:, 0], edges[:, 1]) / step)).astype(np.int64)
    edge = np.repeat(np.arange(len(corners)), pieces)
    share = (np.arange(len(edge)) - (np.cumsum(pieces) - pieces)[edge]) / pieces[edge]
    return corners[edge] + share[:, None] * edges[edge], np.add.reduceat(pieces, ends - lengths)


def fill_outlines(outlines: list[Float[ndarray, "_ 2"]], canvas: Canvas) -> UInt8[ndarray, "rows columns"]:
    """The union of what the outlines enclose as a picture of 0 and 255 with smooth edges."""
    picture = np.zeros((canvas.height, canvas.width), dtype=np.uint8)
    for outline in outlines:
        centred = np.round((outline - (canvas.left + 0.5, canvas.top + 0.5)) * (1 << SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillPoly(picture, [centred], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    return picture


def _convex_hull(points: Float[ndarray, "points 2"]) -> Float[ndarray, "corners 2"]:
    return cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)


def _stretch_canvas(outlines: list[list[Float[ndarray, "_ 2"]]], reach: int, size: int) -> Canvas:
    """Room for all outlines and what softening makes of them, inside the picture and as far around it as it reaches."""
    every = np.concatenate([outline for frame in outlines for outline in frame])
    low = np.floor(every.min(axis=0)).astype(int) - reach
    high = np.ceil(every.max(axis=0)).astype(int) + reach
    left, top = (int(value) for value in np.clip(low, -reach, size - 1))
    right, bottom = (int(value) for value in np.clip(high, (left + 1, top + 1), size + reach))
    return Canvas(left, top, right - left, bottom - top)


def _cut_to_size(soft: Float32[ndarray, "frames rows columns"], canvas: Canvas, size: int, patch: int) -> SoftMasks:
    """The part of the canvas that is inside the picture, with the patches around it, at least one of them."""
    left, top = max(0, canvas.left), max(0, canvas.top)
    right = max(left + 1, min(size, canvas.left + canvas.width))
    bottom = max(top + 1, min(size, canvas.top + canvas.height))
    inside = soft[:, top - canvas.top : bottom - canvas.top, left - canvas.left : right - canvas.left]
    values = np.zeros((len(soft), size, size), dtype=np.float32)
    highest = float(inside.max(initial=0))
    if highest > 0:
        # One factor for the clip, not one a frame, which would flicker.
        np.divide(inside, np.float32(highest), out=values[:, top:bottom, left:right])
    rows = slice(top // patch * patch, -(-bottom // patch) * patch)
    columns = slice(left // patch * patch, -(-right // patch) * patch)
    return SoftMasks(values, rows, columns)


def _lifted_brows(
    points: Float[ndarray, "frames points 2"], scheme: FaceScheme, lift: float
) -> list[Float[ndarray, "frames _ 2"]]:
    """Both brows moved on by `lift` times their distance from the eyes and drawn together, as a forehead narrows."""
    lifted = []
    middle = points[:, list(scheme.indices("right_brow", "left_brow"))].mean(axis=1, keepdims=True)
    sides: tuple[tuple[RegionName, RegionName], ...] = (("right_brow", "right_eye"), ("left_brow", "left_eye"))
    for brow_name, eye_name in sides:
        brow, eye = points[:, list(scheme.regions[brow_name])], points[:, list(scheme.regions[eye_name])]
        narrowed = middle + FOREHEAD_WIDTH * (brow - middle)
        lifted.append(narrowed + lift * (brow.mean(axis=1, keepdims=True) - eye.mean(axis=1, keepdims=True)))
    return lifted


def _below_nose(points: Float[ndarray, "frames points 2"], scheme: FaceScheme) -> Float[ndarray, "frames _ 2"]:
    """Nose, mouth, and the points of the jaw that lie further from the eyes than the nose does, on the face's axis.

    Which points of the jaw these are is asked once for the clip: a mask must not lose a corner from frame to frame.
    """
    eyes, nose, mouth, jaw = (
        points[:, list(part)]
        for part in (
            scheme.indices("right_eye", "left_eye"),
            scheme.regions["nose"],
            scheme.regions["mouth"],
            scheme.jaw,
        )
    )
    down = mouth.mean(axis=(0, 1)) - eyes.mean(axis=(0, 1))
    lower = (jaw.mean(axis=0) - nose.mean(axis=(0, 1))) @ down > 0
    return np.concatenate([nose, mouth, jaw[:, lower]], axis=1)
