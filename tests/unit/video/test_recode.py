from __future__ import annotations

import numpy as np
from tests.bad_videos import draw_scene

from fakestormer.video.recode import recode_images


def test_the_same_pictures_come_back_the_same_whatever_lies_in_memory():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 12, (4, 224, 224, 3))
    images = np.stack([draw_scene(index, 224, 224) for index in range(4)])
    images = np.clip(images + noise, 0, 255).astype(np.uint8)
    first, used = recode_images(images, 28), []
    for size in rng.integers(100_000, 900_000, 24):
        used = [*used[-4:], rng.integers(0, 255, size, dtype=np.uint8)]
        np.testing.assert_array_equal(recode_images(images, 28), first)


def test_a_higher_factor_loses_more():
    images = np.stack([draw_scene(index, 96, 64) for index in range(4)])
    losses = [np.abs(recode_images(images, crf).astype(int) - images).mean() for crf in (5, 25, 45)]
    assert losses[0] < losses[1] < losses[2]
