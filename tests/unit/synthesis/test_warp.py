from __future__ import annotations

import numpy as np
import pytest

from fakestormer.synthesis.warp import (
    fit_similarity,
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
