from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.synthesis.conftest import draw_clip

from fakestormer.synthesis import (
    NO_AUGMENTATION,
    AugmentationConfig,
    FaceScheme,
    SelfBlendedPair,
    SelfBlender,
    SynthesisConfig,
    draw_parameters,
    source_misfit,
)
from fakestormer.synthesis.colour import change_frames
from fakestormer.synthesis.view import mirror, place_views, show
from fakestormer.synthesis.vulnerability import pool_patches
from fakestormer.types import DataError

PLAIN = SynthesisConfig(augmentation=NO_AUGMENTATION, p_cutout=0.0)
PLAIN_STILL = replace(PLAIN, p_change_target=0.0, p_flip=0.0)
EVERYTHING = SynthesisConfig(
    p_cutout=1.0,
    augmentation=AugmentationConfig(p_low_resolution=1.0, p_blur=1.0, p_noise=1.0, p_jpeg=1.0, p_recode=1.0),
)
ARRAYS = (
    "real",
    "fake",
    "mask",
    "vulnerability",
    "spatial_target",
    "temporal_target",
    "real_temporal_target",
    "kept_patches",
)


def centre(mask: np.ndarray) -> tuple[float, float]:
    """Mean x and y of a mask's pixels."""
    y, x = np.nonzero(mask > 0.5)
    return float(x.mean()), float(y.mean())


def test_a_pair_has_the_agreed_shapes_for_every_scheme(scheme: FaceScheme, images: np.ndarray, face: Callable) -> None:
    points = np.repeat(face(scheme)[None], 4, axis=0)
    pair = SelfBlender().blend(images, points, scheme.name, 1)
    assert pair.real.shape == pair.fake.shape == (4, 224, 224, 3)
    assert pair.mask.shape == pair.vulnerability.shape == (4, 224, 224)
    assert pair.spatial_target.shape == (4,)
    assert pair.temporal_target.shape == pair.real_temporal_target.shape == (4, 14, 14)
    assert pair.kept_patches.shape == (14, 14)
    assert (pair.fake != pair.real).any()


def test_same_seed_same_bytes_in_any_order(images: np.ndarray, landmarks: np.ndarray) -> None:
    blender = SelfBlender()
    forwards = [blender.blend(images, landmarks, "ibug81", seed) for seed in (1, 2, 3)]
    backwards = [SelfBlender().blend(images, landmarks, "ibug81", seed) for seed in (3, 2, 1)][::-1]
    for one, other in zip(forwards, backwards, strict=True):
        assert one.parameters == other.parameters
        for name in ARRAYS:
            assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    assert forwards[0].fake.tobytes() != forwards[1].fake.tobytes()


def test_what_comes_in_is_not_touched(images: np.ndarray, landmarks: np.ndarray) -> None:
    before, points_before = images.copy(), landmarks.copy()
    SelfBlender(EVERYTHING).blend(images, landmarks, "ibug81", 1)
    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(landmarks, points_before)


def test_a_still_face_gives_the_same_fake_in_every_frame(images: np.ndarray, landmarks: np.ndarray) -> None:
    config = replace(EVERYTHING, augmentation=replace(EVERYTHING.augmentation, p_noise=0.0))
    still, points = np.repeat(images[:1], 4, axis=0), np.repeat(landmarks[:1], 4, axis=0)
    for seed in range(4):
        pair = SelfBlender(config).blend(still, points, "ibug81", seed)
        for clip in (pair.fake, pair.real, pair.mask):
            assert all((frame == clip[0]).all() for frame in clip)
        assert not pair.temporal_target.any()


def test_the_real_twin_is_the_target_unless_the_target_was_changed(images: np.ndarray, landmarks: np.ndarray) -> None:
    for p_change_target in (0.0, 1.0):
        pair = SelfBlender(replace(PLAIN, p_change_target=p_change_target)).blend(images, landmarks, "ibug81", 5)
        draws = pair.parameters
        expected = show(images, place_views(draws, images.shape[1]).target, 224)
        if draws.change_target:
            expected = change_frames(expected, draws.colour, draws.frequency)
        np.testing.assert_array_equal(pair.real, mirror(expected) if draws.framing.flip else expected)
        assert draws.change_target == bool(p_change_target)


def test_a_resampled_target_moves_as_a_whole_and_takes_face_and_mask_with_it(
    images: np.ndarray, landmarks: np.ndarray
) -> None:
    config = replace(PLAIN, resample_target=True, p_change_target=0.0, p_flip=0.0, target_shift=0.05)
    for seed in range(4):
        plain, moved = (SelfBlender(one).blend(images, landmarks, "ibug81", seed) for one in (PLAIN_STILL, config))
        move = moved.parameters.target_move
        assert plain.parameters.mask == moved.parameters.mask
        assert (plain.real != moved.real).any()
        np.testing.assert_array_equal(moved.fake[moved.mask == 0], moved.real[moved.mask == 0])
        shifts = [centre(moved.mask[0])[axis] - centre(plain.mask[0])[axis] for axis in (0, 1)]
        for shift, share in zip(shifts, (move.shift_x, move.shift_y), strict=True):
            assert abs(shift - 224 * share / moved.parameters.framing.size) < 4


def test_targets_stay_as_they_are_unless_resampling_is_asked_for(images: np.ndarray, landmarks: np.ndarray) -> None:
    pair = SelfBlender(PLAIN).blend(images, landmarks, "ibug81", 3)
    assert (pair.parameters.target_move.scale, pair.parameters.target_move.shift_x) == (1.0, 0.0)


def test_outside_the_mask_fake_and_real_are_one(images: np.ndarray, landmarks: np.ndarray) -> None:
    for seed in range(6):
        pair = SelfBlender(PLAIN).blend(images, landmarks, "ibug81", seed)
        np.testing.assert_array_equal(pair.fake[pair.mask == 0], pair.real[pair.mask == 0])


def test_far_from_the_face_all_augmentations_treat_both_clips_alike(images: np.ndarray, landmarks: np.ndarray) -> None:
    """Compression sees its own blocks only, so the corner must not tell the fake from the real clip."""
    rates = []

    def recode(clip: np.ndarray, crf: int) -> np.ndarray:
        rates.append(crf)
        return clip // 2 + 40

    pair = SelfBlender(replace(EVERYTHING, p_cutout=0.0), recode).blend(images, landmarks, "ibug81", 2)
    np.testing.assert_array_equal(pair.fake[:, :16, :16], pair.real[:, :16, :16])
    assert rates == [pair.parameters.augmentation.recode_crf] * 2


def test_targets_are_those_of_the_mask(images: np.ndarray, landmarks: np.ndarray) -> None:
    pair = SelfBlender(EVERYTHING).blend(images, landmarks, "ibug81", 4)
    np.testing.assert_allclose(pair.vulnerability, 4 * pair.mask * (1 - pair.mask), rtol=1e-6)
    pooled = pool_patches(pair.vulnerability, 14, 14)
    np.testing.assert_array_equal(pair.spatial_target, (pooled * pair.kept_patches).max(axis=(1, 2)))
    change = np.abs(np.diff(pooled, axis=0))
    deviation = max(np.concatenate([np.zeros((1, 14, 14)), change]).std(), 0.01)
    step = (pair.temporal_target[1:] - pair.real_temporal_target[1:]) * deviation
    np.testing.assert_allclose(step, change, atol=1e-5)


def test_cutout_hits_both_clips_at_the_same_places(images: np.ndarray, landmarks: np.ndarray) -> None:
    for seed in range(5):
        pair = SelfBlender(EVERYTHING).blend(images, landmarks, "ibug81", seed)
        cut = np.kron(~pair.kept_patches, np.ones((16, 16), dtype=bool))
        assert cut.any()
        assert not pair.fake[:, cut].any()
        assert not pair.real[:, cut].any()
        assert (pair.spatial_target < 1).all()
        assert (pair.spatial_target >= PLAIN.min_vulnerability_left).all()


def test_mirroring_mirrors_everything(images: np.ndarray, landmarks: np.ndarray) -> None:
    config = replace(PLAIN, crop_margin=(16.0, 16.0))
    plain, mirrored = (SelfBlender(replace(config, p_flip=p)).blend(images, landmarks, "ibug81", 9) for p in (0.0, 1.0))
    np.testing.assert_array_equal(mirrored.fake, plain.fake[:, :, ::-1])
    np.testing.assert_allclose(mirrored.mask, plain.mask[:, :, ::-1], atol=1e-6)
    np.testing.assert_allclose(mirrored.temporal_target, plain.temporal_target[:, :, ::-1], atol=1e-4)


def test_a_source_at_another_moment_is_laid_on_the_target(images: np.ndarray, landmarks: np.ndarray) -> None:
    """A source that is the target turned and moved is turned and moved back: the blend is that of the target itself."""
    config = replace(PLAIN, p_change_target=1.0)
    turned = np.rot90(images, 2, axes=(1, 2)).copy()
    pair = SelfBlender(config).blend(images, landmarks, "ibug81", 3, turned, 128 - landmarks)
    itself = SelfBlender(config).blend(images, landmarks, "ibug81", 3)
    np.testing.assert_array_equal(pair.mask, itself.mask)
    assert np.abs(pair.fake.astype(int) - itself.fake).max() <= 1


def test_a_regenerated_source_is_softer_inside_the_mask_and_nowhere_else(landmarks: np.ndarray) -> None:
    images = draw_clip(4, 25.0)
    sharp_config = replace(PLAIN_STILL, p_frequency=0.0)
    soft_config = replace(sharp_config, p_regenerated_source=1.0)

    def detail(pair: SelfBlendedPair) -> float:
        return float(np.abs(np.diff(pair.fake[0].astype(float), axis=0))[pair.mask[0][1:] > 0.9].mean())

    for source in ((None, None), (images, landmarks)):
        sharp, soft = (
            SelfBlender(config).blend(images, landmarks, "ibug81", 5, *source) for config in (sharp_config, soft_config)
        )
        outside = sharp.mask == 0
        assert (soft.real == sharp.real).all()
        assert (soft.fake[outside] == sharp.fake[outside]).all()
        assert detail(soft) < 0.7 * detail(sharp)


def test_given_draws_make_the_same_pair_as_their_seed(images: np.ndarray, landmarks: np.ndarray) -> None:
    drawn = draw_parameters(PLAIN, np.random.default_rng(8))
    pair = SelfBlender(PLAIN).blend_with(drawn, images, landmarks, "ibug81")
    np.testing.assert_array_equal(pair.fake, SelfBlender(PLAIN).blend(images, landmarks, "ibug81", 8).fake)


def test_a_face_that_leaves_the_crop_is_refused(images: np.ndarray, landmarks: np.ndarray) -> None:
    with pytest.raises(DataError, match="the face leaves the crop"):
        SelfBlender().blend(images, landmarks + 60, "ibug81", 1)


def test_an_empty_mask_is_refused(images: np.ndarray) -> None:
    with pytest.raises(DataError, match="mask is empty"):
        SelfBlender().blend(images, np.full((4, 81, 2), 64.0), "ibug81", 1)


def test_landmarks_that_are_no_numbers_are_refused(images: np.ndarray, landmarks: np.ndarray) -> None:
    landmarks[2, 5] = np.nan
    with pytest.raises(DataError, match="not all finite"):
        SelfBlender().blend(images, landmarks, "ibug81", 1)


def test_half_a_source_and_a_source_of_another_shape_are_refused(images: np.ndarray, landmarks: np.ndarray) -> None:
    with pytest.raises(DataError, match="both images and landmarks"):
        SelfBlender().blend(images, landmarks, "ibug81", 1, source_images=images)
    with pytest.raises(DataError, match="must be alike"):
        SelfBlender().blend(images, landmarks, "ibug81", 1, images[:3], landmarks[:3])


def test_a_source_in_another_pose_is_refused(images: np.ndarray, landmarks: np.ndarray) -> None:
    turned = (landmarks - 64) * [0.4, 1.0] + 64
    assert source_misfit(landmarks, landmarks) < 1e-9
    assert source_misfit(turned, landmarks) > 0.2
    with pytest.raises(DataError, match="another pose"):
        SelfBlender().blend(images, landmarks, "ibug81", 1, images, turned)
