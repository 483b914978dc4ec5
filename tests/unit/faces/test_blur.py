from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakestormer.faces import measure_blur


def picture(seed=0):
    rough = np.random.default_rng(seed).integers(0, 256, (28, 28, 3), dtype=np.uint8)
    return cv2.resize(rough, (112, 112), interpolation=cv2.INTER_NEAREST)


def blurred(image, sigma):
    return cv2.GaussianBlur(image, (0, 0), sigma) if sigma else image


def test_the_stronger_the_blur_the_larger_the_figure():
    found = [measure_blur(np.stack([blurred(picture(), sigma)] * 2)) for sigma in (0, 1, 2, 4)]
    assert found == sorted(found)
    assert found[0] < 0.1
    assert found[-1] > 0.6


def test_a_picture_without_any_edge_is_as_blurred_as_can_be():
    assert measure_blur(np.full((1, 64, 64, 3), 90, np.uint8)) == 1.0


def test_frames_of_a_clip_are_averaged():
    sharp, soft = picture(), blurred(picture(), 4)
    one, other, both = (measure_blur(np.stack(frames)) for frames in ([sharp], [soft], [sharp, soft]))
    assert both == pytest.approx((one + other) / 2)
