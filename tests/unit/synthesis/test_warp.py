from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakestormer.synthesis.parameters import Framing
from fakestormer.synthesis.warp import (
    elastic_maps,
    fit_similarity,
    frame_picture,
    misfit,
    move_image,
    move_points,
    scale_and_shift,
)

SIMILARITY = np.array([[1.1, -0.2, 5.0], [0.2, 1.1, -3.0]])


def dot(x: float, y: float, size: int = 64) -> np.ndarray:
    """A picture with a soft spot centred at (x, y) in corner coordinates."""
    rows, columns = np.mgrid[:size, :size] + 0.5
    spot = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 18)
    return np.repeat(spot[..., None], 3, axis=2).astype(np.uint8)


def centre(picture: np.ndarray) -> tuple[float, float]:
    weight = picture.astype(float).mean(axis=-1) if picture.ndim == 3 else picture.astype(float)
    rows, columns = np.indices(weight.shape) + 0.5
    return float((columns * weight).sum() / weight.sum()), float((rows * weight).sum() / weight.sum())


def test_pictures_and_points_move_alike() -> None:
    matrix = scale_and_shift(64, 1.2, 0.05, -0.03)
    expected = move_points(np.array([[24.0, 38.0]]), matrix)[0]
    assert centre(move_image(dot(24, 38), matrix)) == pytest.approx(expected, abs=0.05)


def test_similarity_is_found_again() -> None:
    points = np.random.default_rng(0).random((20, 2)) * 50
    np.testing.assert_allclose(fit_similarity(points, move_points(points, SIMILARITY)), SIMILARITY, atol=1e-9)
    assert misfit(points, move_points(points, SIMILARITY)) == pytest.approx(0, abs=1e-9)


def test_misfit_is_what_a_similarity_cannot_explain() -> None:
    points = np.random.default_rng(0).normal(size=(200, 2))
    narrowed = points * [0.5, 1.0]
    assert misfit(points, narrowed) == pytest.approx(np.sqrt(0.1), abs=0.05)
    assert misfit(points, points) < 1e-9


def test_elastic_deformation_is_small_smooth_and_scales_with_the_crop() -> None:
    x, y = elastic_maps(256, 50.0, 7.0, seed=3)
    offset = np.stack([x - np.arange(256), y - np.arange(256)[:, None]])
    assert 0.7 < offset.std() < 1.7
    assert np.abs(np.diff(offset, axis=2)).max() < 1
    half, _ = elastic_maps(128, 50.0, 7.0, seed=3)
    expected = cv2.resize(offset[0], (128, 128), interpolation=cv2.INTER_AREA) / 2
    np.testing.assert_allclose(half - np.arange(128), expected, atol=0.02)


def test_framing_keeps_its_part_of_the_crop() -> None:
    framing = Framing(left=0.25, top=0.125, size=0.5, flip=False)
    assert centre(frame_picture(dot(30, 28), framing, 64)) == pytest.approx((28, 40), abs=0.1)
    mirrored = Framing(left=0.25, top=0.125, size=0.5, flip=True)
    assert centre(frame_picture(dot(30, 28), mirrored, 64)) == pytest.approx((64 - 28, 40), abs=0.1)


def test_framing_the_whole_crop_at_its_size_changes_nothing(images: np.ndarray) -> None:
    whole = Framing(0.0, 0.0, 1.0, flip=False)
    np.testing.assert_array_equal(frame_picture(images[0], whole, images.shape[1]), images[0])
    mirrored = frame_picture(images[0], Framing(0.0, 0.0, 1.0, flip=True), images.shape[1])
    np.testing.assert_array_equal(mirrored, images[0][:, ::-1])
