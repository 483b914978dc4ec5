"""Moving pictures and points: affine changes, and similarities between landmarks."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray


def scale_and_shift(size: int, scale: float, shift_x: float, shift_y: float) -> Float[ndarray, "2 3"]:
    """The matrix that scales about the middle of a crop and shifts by fractions of its size (pixel corners)."""
    middle = size / 2
    return np.array(
        [
            [scale, 0.0, middle - scale * middle + shift_x * size],
            [0.0, scale, middle - scale * middle + shift_y * size],
        ]
    )


def chain(first: Float[ndarray, "2 3"], second: Float[ndarray, "2 3"]) -> Float[ndarray, "2 3"]:
    """One matrix for `first` and then `second`."""
    linear = second[:, :2] @ first[:, :2]
    return np.hstack([linear, second[:, :2] @ first[:, 2:] + second[:, 2:]])


def move_points(points: Float[ndarray, "*any 2"], matrix: Float[ndarray, "2 3"]) -> Float[ndarray, "*any 2"]:
    """Points laid where the matrix takes them."""
    moved: Float[ndarray, "*any 2"] = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def move_image(
    image: UInt8[ndarray, "height width 3"],
    matrix: Float[ndarray, "2 3"],
    interpolation: int = cv2.INTER_CUBIC,
    size: int | None = None,
) -> UInt8[ndarray, "new_height new_width 3"]:
    """The picture moved by a matrix in corner coordinates, mirrored at its border; interpolated once.

    It keeps its height and width unless a `size` is given, which then is both.
    """
    height, width = image.shape[:2] if size is None else (size, size)
    moved: UInt8[ndarray, "new_height new_width 3"] = cv2.warpAffine(
        image, pixel_centres(matrix), (width, height), flags=interpolation, borderMode=cv2.BORDER_REFLECT_101
    )
    return moved


def pixel_centres(matrix: Float[ndarray, "2 3"]) -> Float[ndarray, "2 3"]:
    """The same map for OpenCV, which counts from the centre of the first pixel instead of its corner."""
    offset = matrix[:, 2] + matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
    return np.hstack([matrix[:, :2], offset[:, None]])


def fit_similarity(points: Float[ndarray, "points 2"], onto: Float[ndarray, "points 2"]) -> Float[ndarray, "2 3"]:
    """The shift, rotation and scale that take `points` closest to `onto` (least squares)."""
    mean, mean_onto = points.mean(axis=0), onto.mean(axis=0)
    # As complex numbers a rotation with scale is one factor, and the least-squares factor is a quotient.
    here, there = (points - mean) @ np.array([1, 1j]), (onto - mean_onto) @ np.array([1, 1j])
    factor = complex(np.vdot(here, there) / max(float(np.vdot(here, here).real), 1e-12))
    linear = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.hstack([linear, (mean_onto - linear @ mean)[:, None]])


def misfit(points: Float[ndarray, "points 2"], onto: Float[ndarray, "points 2"]) -> float:
    """How differently two sets of landmarks are shaped: what the best similarity leaves over, in radii of the face.

    Both the rest and the radius are root mean squares. About 0.04 between frames of a talking face a moment apart, 0.2
    and more where the head turned.
    """
    rest = move_points(points, fit_similarity(points, onto)) - onto
    radius = onto - onto.mean(axis=0)
    return float(np.sqrt(np.sum(rest**2) / max(float(np.sum(radius**2)), 1e-12)))
