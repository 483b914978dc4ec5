from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fakestormer.synthesis.augment import augment, compress_jpeg
from fakestormer.synthesis.parameters import Augmentation, ColourChange

NOTHING = Augmentation(ColourChange(), None, None, None, 7, None, None)


def detail(clip: np.ndarray) -> float:
    return float(np.abs(np.diff(clip.astype(float), axis=2)).mean())


def test_no_draws_no_change(images: np.ndarray) -> None:
    assert augment(images, NOTHING) is images


@pytest.mark.parametrize("softer", [{"low_resolution": 0.4}, {"blur": 1.5}])
def test_low_resolution_and_blur_remove_details(softer: dict[str, float], images: np.ndarray) -> None:
    assert detail(augment(images, replace(NOTHING, **softer))) < 0.8 * detail(images)


def test_noise_has_the_drawn_deviation_and_is_fresh_in_every_frame() -> None:
    grey = np.full((3, 64, 64, 3), 128, dtype=np.uint8)
    noise = augment(grey, replace(NOTHING, noise=5.0)).astype(float) - 128
    assert noise.std() == pytest.approx(5, abs=0.2)
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.05


def test_noise_is_the_same_for_two_clips_of_one_seed(images: np.ndarray) -> None:
    darker = np.clip(images, 60, 200) - 20
    noisy = replace(NOTHING, noise=4.0)
    difference = augment(darker + 20, noisy).astype(int) - augment(darker, noisy)
    assert (difference == 20).all()


def test_lower_jpeg_quality_is_farther_from_the_picture(images: np.ndarray) -> None:
    error = [np.abs(compress_jpeg(images[0], quality).astype(int) - images[0]).mean() for quality in (95, 70, 40)]
    assert error == sorted(error)
    assert compress_jpeg(images[0], 100)[..., 0].mean() == pytest.approx(images[0][..., 0].mean(), abs=1)


def test_the_codec_gets_the_drawn_rate_factor_once_a_clip(images: np.ndarray) -> None:
    seen = []

    def recode(clip: np.ndarray, crf: int) -> np.ndarray:
        seen.append((clip.shape, crf))
        return 255 - clip

    recoded = augment(images, replace(NOTHING, recode_crf=31), recode)
    np.testing.assert_array_equal(recoded, 255 - images)
    assert seen == [(images.shape, 31)]
    assert augment(images, replace(NOTHING, recode_crf=31)) is images
