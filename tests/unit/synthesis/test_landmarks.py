from __future__ import annotations

import math

import numpy as np
import pytest

from fakestormer.synthesis.landmarks import interpolate_landmarks, landmark_jump


def moved(steps: list[float], num_points: int = 81) -> np.ndarray:
    """A face of equal points that is moved along x by these numbers of pixels."""
    start = np.random.default_rng(0).random((num_points, 2)) * 100
    return start + np.cumsum([0.0, *steps])[:, None, None] * np.array([1.0, 0.0])


def test_jump_is_that_of_the_method_for_81_points_and_the_same_for_others() -> None:
    for num_points in (68, 81, 468):
        clip = moved([3.6], num_points)
        assert landmark_jump(clip[0], clip[1]) == pytest.approx(0.4)
    clip = moved([3.6])
    assert landmark_jump(clip[0], clip[1]) == pytest.approx(np.linalg.norm(clip[1] - clip[0]) / 81)


def test_slow_movement_is_left_alone() -> None:
    clip = moved([3.1, 3.1, -3.1])
    np.testing.assert_array_equal(interpolate_landmarks(clip, 256, 0.35, 0.2, math.inf), clip)


def test_a_jump_is_divided_into_steps() -> None:
    clip = moved([9.0])  # d = 1.0, that is 5 steps of 0.2
    steady = interpolate_landmarks(clip, 256, 0.35, 0.2, math.inf)
    np.testing.assert_allclose(steady[1], clip[0] + [1.8, 0])


def test_thresholds_scale_with_the_crop() -> None:
    clip = moved([5.0, -5.0, 1.0])
    small = interpolate_landmarks(clip, 256, 0.35, 0.2, math.inf)
    large = interpolate_landmarks(clip * 2, 512, 0.35, 0.2, math.inf)
    assert np.abs(small - clip).max() > 1
    np.testing.assert_allclose(large, small * 2)


def test_one_wild_frame_is_damped_and_does_not_echo() -> None:
    clip = moved([8.0, -8.0, 0.0])
    steady = interpolate_landmarks(clip, 256, 0.35, 0.2, math.inf)
    assert np.abs(steady - clip[0]).max() < 2.1
    np.testing.assert_allclose(steady[3], clip[3])


def test_a_fast_head_does_not_leave_its_landmarks_behind() -> None:
    clip = moved([10.0] * 30)
    lags = [landmark_jump(*pair) for pair in zip(interpolate_landmarks(clip, 256, 0.35, 0.2, 1.0), clip, strict=True)]
    assert max(lags) <= 1.0 + 1e-9
