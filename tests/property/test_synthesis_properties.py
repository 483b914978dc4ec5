from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fakestormer.synthesis import SynthesisConfig, draw_parameters
from fakestormer.synthesis.augment import augment
from fakestormer.synthesis.blend import blend
from fakestormer.synthesis.cutout import cut_patches, draw_kept_patches
from fakestormer.synthesis.landmarks import interpolate_landmarks, landmark_jump
from fakestormer.synthesis.vulnerability import pool_patches, spatial_target, vulnerability

SHAPE = (2, 8, 8)
CLIPS = arrays(np.uint8, (*SHAPE, 3))
MASKS = arrays(np.float32, SHAPE, elements=st.floats(0, 1, width=32))
SEEDS = st.integers(0, 2**63 - 1)


@settings(max_examples=60, deadline=None)
@given(CLIPS, CLIPS, MASKS, st.sampled_from([0.25, 0.5, 0.75, 1.0]))
def test_blending_stays_between_its_inputs(
    source: np.ndarray, target: np.ndarray, mask: np.ndarray, ratio: float
) -> None:
    mixed = blend(source, target, mask, ratio)
    assert (mixed >= np.minimum(source, target)).all()
    assert (mixed <= np.maximum(source, target)).all()


@settings(max_examples=60, deadline=None)
@given(MASKS)
def test_vulnerability_stays_within_zero_and_one_and_pooling_finds_its_maximum(mask: np.ndarray) -> None:
    values = vulnerability(mask)
    assert values.min() >= 0
    assert values.max() <= 1
    pooled = pool_patches(values, 2, 4)
    assert pooled.max() == values.max()
    np.testing.assert_array_equal(spatial_target(pooled, np.full((2, 4), True)), values.max(axis=(1, 2)))


@settings(max_examples=30, deadline=None)
@given(SEEDS, arrays(np.float32, (3, 14, 14), elements=st.floats(0, 1, width=32)))
def test_cutout_leaves_a_fake_or_everything(seed: int, pooled: np.ndarray) -> None:
    config = SynthesisConfig()
    kept = draw_kept_patches(pooled, config, seed)
    assert kept.all() or spatial_target(pooled, kept).min() >= config.min_vulnerability_left
    clip = np.full((1, 28, 28, 3), 7, dtype=np.uint8)
    assert cut_patches(clip, kept).sum() == 7 * 2 * 2 * 3 * kept.sum()


@settings(max_examples=30, deadline=None)
@given(SEEDS, CLIPS)
def test_equal_clips_stay_equal_under_any_augmentation(seed: int, clip: np.ndarray) -> None:
    draws = draw_parameters(SynthesisConfig(), np.random.default_rng(seed)).augmentation
    np.testing.assert_array_equal(augment(clip, draws), augment(clip.copy(), draws))


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.floats(0, 20))
def test_landmarks_keep_within_reach_and_never_move_faster_than_measured(seed: int, speed: float) -> None:
    points = 100 + np.cumsum(np.random.default_rng(seed).normal(0, speed, (6, 68, 2)), axis=0)
    steady = interpolate_landmarks(points, 256, 0.35, 0.2, 1.0)
    np.testing.assert_array_equal(steady[0], points[0])
    for frame in range(1, 6):
        assert landmark_jump(steady[frame], points[frame]) <= 1.0 + 1e-9
        asked = landmark_jump(steady[frame - 1], points[frame])
        assert landmark_jump(steady[frame - 1], steady[frame]) <= asked + 1e-9
