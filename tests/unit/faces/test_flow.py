from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakestormer.faces import point_flow, window_stride

SMOOTH = cv2.GaussianBlur(np.random.default_rng(2).normal(0, 1, (184, 184, 3)), (0, 0), 2.5)
PICTURE = np.clip(128 + 50 * SMOOTH / SMOOTH.std(), 0, 255).astype(np.uint8)
POINTS = np.random.default_rng(3).uniform(50, 130, (68, 2))


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.25, -0.4), (3.6, 2.3)])
def test_points_are_followed_to_a_fraction_of_a_pixel(shift: tuple[float, float]) -> None:
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    later = cv2.warpAffine(PICTURE, matrix, (184, 184), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    np.testing.assert_allclose(point_flow(PICTURE, later, POINTS), np.tile(shift, (68, 1)), atol=0.08)


def test_what_changes_beneath_only_some_points_moves_only_those() -> None:
    later = PICTURE.copy()
    later[:, :92] = np.roll(PICTURE, 2, axis=0)[:, :92]
    points = np.array([[40.0, 90.0], [150.0, 90.0]])
    np.testing.assert_allclose(point_flow(PICTURE, later, points), [[0, 2], [0, 0]], atol=0.1)


@pytest.mark.parametrize(("rate", "stride"), [(12.0, 1), (25.0, 1), (29.97, 1), (50.0, 2), (60.0, 2), (120.0, 4)])
def test_a_window_lasts_about_as_long_in_any_video(rate: float, stride: int) -> None:
    assert window_stride(rate) == stride
