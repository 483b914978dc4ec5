from __future__ import annotations

import cv2
import numpy as np

from fakestormer.synthesis.elastic import deform, elastic_field, sample_field


def test_elastic_deformation_is_small_and_smooth() -> None:
    field = elastic_field(50.0, 7.0, seed=3)
    offset = cv2.resize(field, (256, 256), interpolation=cv2.INTER_CUBIC)
    assert 0.7 < offset.std() < 1.7
    assert np.abs(np.diff(offset, axis=1)).max() < 1


def test_the_field_is_as_strong_and_as_smooth_as_noise_smoothed_at_every_pixel() -> None:
    coarse = np.stack([cv2.resize(elastic_field(50.0, 7.0, seed), (256, 256)) for seed in range(6)])
    noise = np.random.default_rng(0).random((6, 256, 256, 2), dtype=np.float32) * 2 - 1
    fine = np.stack([cv2.GaussianBlur(one, (0, 0), 7.0) * np.float32(50) for one in noise])
    assert abs(coarse.std() / fine.std() - 1) < 0.1
    slopes = [(fields[:, :, 7:] - fields[:, :, :-7]).std() for fields in (coarse, fine)]
    assert abs(slopes[0] / slopes[1] - 1) < 0.1


def test_offsets_scale_with_the_crop() -> None:
    field, points = elastic_field(50.0, 7.0, seed=3), np.random.default_rng(0).random((50, 2)) * 256
    np.testing.assert_allclose(sample_field(field, points / 2, 128), sample_field(field, points, 256) / 2, atol=1e-4)


def test_a_deformed_point_lies_where_the_field_says_it_comes_from() -> None:
    field, points = elastic_field(50.0, 7.0, seed=5), np.random.default_rng(1).random((200, 2)) * 256
    moved = deform(points, field, 256)
    assert np.abs(moved - points).max() > 1
    np.testing.assert_allclose(moved + sample_field(field, moved, 256), points, atol=0.15)


def test_long_clips_have_more_points_than_opencv_has_columns() -> None:
    field, points = elastic_field(50.0, 7.0, seed=3), np.random.default_rng(0).random((70_000, 2)) * 256
    all_at_once = sample_field(field, points, 256)
    np.testing.assert_array_equal(all_at_once[40_000:40_100], sample_field(field, points[40_000:40_100], 256))
