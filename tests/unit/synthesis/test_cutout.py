from __future__ import annotations

import numpy as np
import pytest

from fakestormer.synthesis import SynthesisConfig
from fakestormer.synthesis.cutout import cut_patches, draw_kept_patches

CONFIG = SynthesisConfig()


def boundary(levels: np.ndarray, frames: int = 4) -> np.ndarray:
    pooled = np.zeros((frames, 14, 14), dtype=np.float32)
    pooled[:, 3, : len(levels)] = levels
    return pooled


def test_what_exceeds_the_threshold_in_any_frame_is_cut_in_all() -> None:
    pooled = boundary(np.linspace(0, 1, 14))
    pooled[2, 10, 5] = 1.0
    for seed in range(50):
        kept = draw_kept_patches(pooled, CONFIG, seed)
        assert not kept[10, 5]
        row = kept[3] | (pooled[0, 3] < 0.5)
        assert not kept[3, pooled[0, 3] > 0.9999].any()
        assert np.all(np.diff(row.astype(int)) <= 0) or not kept[3].all()


def test_about_one_percent_of_the_other_patches_is_cut() -> None:
    pooled = boundary(np.full(14, 0.3))
    cut = [1 - draw_kept_patches(pooled, CONFIG, seed).mean() for seed in range(300)]
    assert np.mean(cut) == pytest.approx(0.01, abs=0.003)


def test_a_clip_never_loses_everything_vulnerable() -> None:
    pooled = boundary(np.array([1.0, 1.0, 1.0, 0.55]))
    for seed in range(100):
        kept = draw_kept_patches(pooled, CONFIG, seed)
        assert (pooled * kept).max(axis=(1, 2)).min() >= CONFIG.min_vulnerability_left


def test_where_only_the_obvious_is_there_nothing_is_cut() -> None:
    assert draw_kept_patches(boundary(np.array([1.0])), CONFIG, 0).all()


def test_cut_patches_are_zero_and_all_others_untouched(images: np.ndarray) -> None:
    images = np.maximum(images, 1)
    kept = np.full((8, 8), True)
    kept[2, 5] = False
    cut = cut_patches(images, kept)
    assert not cut[:, 32:48, 80:96].any()
    cut[:, 32:48, 80:96] = images[:, 32:48, 80:96]
    np.testing.assert_array_equal(cut, images)
