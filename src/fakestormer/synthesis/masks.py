"""Soft blending masks: hulls of named face regions, deformed and softened (section 2.2)."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8
from numpy import ndarray

from fakestormer.synthesis.config import SynthesisConfig
from fakestormer.synthesis.parameters import MaskShape
from fakestormer.synthesis.regions import FaceScheme, RegionName
from fakestormer.synthesis.warp import elastic_maps, move_points, scale_and_shift

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
# "Still 1" is a ramp from 0 at this value to 1 at 1: a hard step would jump from pixel to pixel over time.
STILL_ONE = 0.99
SUBPIXEL_BITS = 4
FOREHEAD_WIDTH = 0.75  # of the width of the brows
MOUTH_REACH = 1.7  # the mouth's surroundings, in sizes of the mouth: softening eats its border


def hull_polygons(
    points: Float[ndarray, "points 2"], scheme: FaceScheme, shape: MaskShape, forehead_lift: float
) -> list[Float[ndarray, "corners 2"]]:
    """The point sets whose convex hulls together are the mask, one of the families of section 2.2.

    lower_face: jaw, nose, mouth, eyes and brows. raised: the same, the brows lifted away from the eyes. components:
    jaw halves, cheeks, eyes, nose ridge and nose, each its own hull. whole_face: the first with the forehead points,
    if they are used and the scheme has them. Beyond the paper, what dubbing replaces: mouth, the lips and what lies
    around them; below_nose, nose, mouth and the part of the jaw below the nose.
    """
    if shape.hull == "components":
        return [points[list(scheme.indices(*names))] for names in COMPONENTS]
    if shape.hull == "mouth":
        mouth = points[list(scheme.regions["mouth"])]
        return [mouth.mean(axis=0) + MOUTH_REACH * (mouth - mouth.mean(axis=0))]
    if shape.hull == "below_nose":
        return [_below_nose(points, scheme)]
    core = points[list(scheme.indices(*(name for name in scheme.regions if name != "forehead")))]
    if shape.hull == "raised":
        return [np.vstack([core, *_lifted_brows(points, scheme, forehead_lift)])]
    if shape.hull == "whole_face" and shape.use_forehead:
        return [np.vstack([core, points[list(scheme.regions["forehead"])]])]
    return [core]


def draw_masks(
    points: Float[ndarray, "frames points 2"], scheme: FaceScheme, shape: MaskShape, size: int, config: SynthesisConfig
) -> Float32[ndarray, "frames size size"]:
    """The soft masks of all frames, in [0, 1], 1 somewhere in the clip; all zero where softening leaves nothing."""
    placed = move_points(points, scale_and_shift(size, shape.scale, shape.shift_x, shape.shift_y))
    maps = elastic_maps(size, config.elastic_alpha, config.elastic_sigma, shape.elastic_seed)
    masks = np.empty((len(points), size, size), dtype=np.float32)
    for frame, frame_points in enumerate(placed):
        drawn = fill_hulls(hull_polygons(frame_points, scheme, shape, config.forehead_lift), size)
        masks[frame] = soften(cv2.remap(drawn, *maps, interpolation=cv2.INTER_LINEAR), shape)
    # One factor for the clip, not one a frame, which would flicker.
    highest = float(masks.max())
    return masks / np.float32(highest) if highest > 0 else masks


def fill_hulls(polygons: list[Float[ndarray, "_ 2"]], size: int) -> UInt8[ndarray, "size size"]:
    """The union of the convex hulls as a picture of 0 and 255 with smooth edges; corner coordinates come in."""
    picture = np.zeros((size, size), dtype=np.uint8)
    for polygon in polygons:
        centred = np.round((polygon - 0.5) * (1 << SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillConvexPoly(picture, cv2.convexHull(centred), 255, cv2.LINE_AA, SUBPIXEL_BITS)
    return picture


def soften(mask: UInt8[ndarray, "size size"], shape: MaskShape) -> Float32[ndarray, "size size"]:
    """The mask resized and back, blurred, cut down to what is still 1, and blurred again (section 2.2)."""
    size = mask.shape[0]
    other = max(2, round(size * shape.resize))
    soft = cv2.resize(cv2.resize(mask, (other, other)), (size, size)).astype(np.float32) / np.float32(255)
    first, second = (_odd(kernel * size / 256) for kernel in (shape.first_kernel, shape.second_kernel))
    blurred = cv2.GaussianBlur(soft, (first, first), 0)
    core = np.clip((blurred - np.float32(STILL_ONE)) / np.float32(1 - STILL_ONE), 0, 1)
    softened = cv2.GaussianBlur(core, (second, second), shape.second_sigma * size / 256)
    clipped: Float32[ndarray, "size size"] = np.clip(softened, 0, 1)
    return clipped


def _lifted_brows(
    points: Float[ndarray, "points 2"], scheme: FaceScheme, lift: float
) -> list[Float[ndarray, "brow 2"]]:
    """Both brows moved on by `lift` times their distance from the eyes and drawn together, as a forehead narrows."""
    lifted = []
    middle = points[list(scheme.indices("right_brow", "left_brow"))].mean(axis=0)
    sides: tuple[tuple[RegionName, RegionName], ...] = (("right_brow", "right_eye"), ("left_brow", "left_eye"))
    for brow_name, eye_name in sides:
        brow, eye = points[list(scheme.regions[brow_name])], points[list(scheme.regions[eye_name])]
        narrowed = middle + FOREHEAD_WIDTH * (brow - middle)
        lifted.append(narrowed + lift * (brow.mean(axis=0) - eye.mean(axis=0)))
    return lifted


def _below_nose(points: Float[ndarray, "points 2"], scheme: FaceScheme) -> Float[ndarray, "corners 2"]:
    """Nose, mouth, and the points of the jaw that lie further from the eyes than the nose does, on the face's axis."""
    eyes = points[list(scheme.indices("right_eye", "left_eye"))].mean(axis=0)
    nose, mouth, jaw = (points[list(part)] for part in (scheme.regions["nose"], scheme.regions["mouth"], scheme.jaw))
    down = mouth.mean(axis=0) - eyes
    lower = jaw[(jaw - nose.mean(axis=0)) @ down > 0]
    return np.vstack([nose, mouth, lower])


def _odd(length: float) -> int:
    return max(1, 2 * round((length - 1) / 2) + 1)
