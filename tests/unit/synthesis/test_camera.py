from __future__ import annotations

import numpy as np
import pytest

from fakestormer.synthesis import film_still
from fakestormer.synthesis.camera import camera_path

CORNERS = np.array([[10.0, 10.0], [246.0, 10.0], [10.0, 246.0], [246.0, 246.0]])


def paths(num_frames: int) -> np.ndarray:
    """Where four corner points go, for 60 seeds: seeds x frames x points x 2."""
    return np.array(
        [
            [CORNERS @ m[:, :2].T + m[:, 2] for m in camera_path(256, 256, num_frames, np.random.default_rng(seed))]
            for seed in range(60)
        ]
    )


def test_the_path_is_slow_smooth_and_stays_near() -> None:
    where = paths(60)
    speed = np.linalg.norm(np.diff(where, axis=1), axis=-1)
    turn = np.linalg.norm(np.diff(where, n=2, axis=1), axis=-1)
    assert speed.max() < 4
    assert 0.1 < np.median(speed) < 1.5
    assert turn.max() < 2
    assert np.median(turn) < 0.35 * np.median(speed)
    assert np.linalg.norm(where - CORNERS, axis=-1).max() < 12


def test_landmarks_move_exactly_with_the_picture() -> None:
    points = np.array([[40.3, 50.9], [90.6, 30.2], [66.0, 97.7]])
    rows, columns = np.mgrid[:128, :128] + 0.5
    picture = sum(np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8) for x, y in points)
    still = np.repeat((200 * picture)[..., None], 3, axis=2).astype(np.uint8)
    frames, moved = film_still(still, points, 6, np.random.default_rng(2))
    assert frames.shape == (6, 128, 128, 3)
    for frame, frame_points in zip(frames.astype(float).mean(axis=-1), moved, strict=True):
        for x, y in frame_points:
            weight = np.maximum(frame - 20, 0) * ((columns - x) ** 2 + (rows - y) ** 2 < 100)
            found = (columns * weight).sum() / weight.sum(), (rows * weight).sum() / weight.sum()
            assert found == pytest.approx((x, y), abs=0.15)


def test_sensor_noise_is_fresh_in_every_frame() -> None:
    frames, _ = film_still(np.full((64, 64, 3), 128, np.uint8), CORNERS / 4, 4, np.random.default_rng(0))
    noise = frames.astype(float) - 128
    assert 0.3 < noise.std() < 3
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.1


def test_one_seed_is_one_film(images: np.ndarray) -> None:
    first, second = (film_still(images[0], CORNERS / 2, 4, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
