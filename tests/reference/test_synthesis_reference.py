"""The targets and the blend against plain loops written from the method's text."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fakestormer.synthesis.blend import blend
from fakestormer.synthesis.landmarks import interpolate_landmarks
from fakestormer.synthesis.vulnerability import pool_patches, spatial_target, temporal_targets, vulnerability

FRAMES, SIZE, GRID = 3, 12, 4


@pytest.fixture
def mask() -> np.ndarray:
    return np.random.default_rng(1).random((FRAMES, SIZE, SIZE), dtype=np.float32)


def slow_pooled(mask: np.ndarray) -> list[list[list[float]]]:
    patch = SIZE // GRID
    pooled = [[[0.0] * GRID for _ in range(GRID)] for _ in range(FRAMES)]
    for t in range(FRAMES):
        for y in range(SIZE):
            for x in range(SIZE):
                m = float(mask[t, y, x])
                row, column = y // patch, x // patch
                pooled[t][row][column] = max(pooled[t][row][column], 4 * m * (1 - m))
    return pooled


def test_vulnerability_and_pooling(mask: np.ndarray) -> None:
    np.testing.assert_allclose(pool_patches(vulnerability(mask), GRID, GRID), slow_pooled(mask), rtol=1e-5)


def test_spatial_target(mask: np.ndarray) -> None:
    kept = np.random.default_rng(2).random((GRID, GRID)) < 0.4
    pooled = slow_pooled(mask)
    expected = []
    for t in range(FRAMES):
        worst = 0.0
        for row in range(GRID):
            for column in range(GRID):
                if kept[row, column]:
                    worst = max(worst, pooled[t][row][column])
        expected.append(worst)
    np.testing.assert_allclose(spatial_target(pool_patches(vulnerability(mask), GRID, GRID), kept), expected, rtol=1e-5)


def test_temporal_targets(mask: np.ndarray) -> None:
    pooled = slow_pooled(mask)
    change = []
    for t in range(FRAMES):
        for row in range(GRID):
            for column in range(GRID):
                before = pooled[t][row][column] if t == 0 else pooled[t - 1][row][column]
                change.append(abs(pooled[t][row][column] - before))
    mean = math.fsum(change) / len(change)
    deviation = math.sqrt(math.fsum((d - mean) ** 2 for d in change) / len(change))
    targets = temporal_targets(pool_patches(vulnerability(mask), GRID, GRID), 1e-6)
    np.testing.assert_allclose(targets.fake.ravel(), [(d - mean) / deviation for d in change], atol=1e-4)
    np.testing.assert_allclose(targets.real.ravel(), [(0 - mean) / deviation] * len(change), atol=1e-4)


def test_blend(mask: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    source, target = (rng.integers(0, 256, (FRAMES, SIZE, SIZE, 3), dtype=np.uint8) for _ in range(2))
    ratio = 0.75
    mixed = blend(source, target, mask, ratio)
    for index in np.ndindex(mixed.shape):
        weight = ratio * float(mask[index[:3]])
        expected = weight * float(source[index]) + (1 - weight) * float(target[index])
        assert abs(float(mixed[index]) - expected) <= 0.51


def test_landmark_interpolation() -> None:
    rng = np.random.default_rng(4)
    points = 50 + np.cumsum(rng.normal(0, 4, (8, 1, 2)), axis=0) + rng.normal(0, 1, (8, 81, 2))
    expected = [[list(map(float, point)) for point in points[0]]]
    for t in range(1, 8):
        squares = 0.0
        for point in range(81):
            for axis in range(2):
                squares += (float(points[t, point, axis]) - expected[t - 1][point][axis]) ** 2
        d = math.sqrt(squares) / 81
        parts = round(d / 0.2) if d > 0.35 else 1
        expected.append(
            [
                [before[axis] + (float(points[t, p, axis]) - before[axis]) / parts for axis in range(2)]
                for p, before in enumerate(expected[t - 1])
            ]
        )
    np.testing.assert_allclose(interpolate_landmarks(points, 256, 0.35, 0.2, math.inf), expected, atol=1e-9)
