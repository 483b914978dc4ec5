from __future__ import annotations

import cv2
import numpy as np
import pytest
from tests.unit.synthesis.conftest import draw_clip

from fakestormer.synthesis.parameters import Enlargement, Regeneration
from fakestormer.synthesis.regenerate import regenerate


def detail(images: np.ndarray) -> float:
    return float(np.mean([cv2.Laplacian(image, cv2.CV_64F).std() for image in images]))


@pytest.mark.parametrize("enlarged", ["linear", "cubic", "nearest", "lanczos"])
@pytest.mark.parametrize("smoothed", [False, True])
def test_a_regenerated_face_is_the_same_picture_with_fewer_details(enlarged: Enlargement, smoothed: bool) -> None:
    images = draw_clip(2, noise=12.0)
    back = regenerate(images, Regeneration(0.4, enlarged, smoothed))
    assert back.shape == images.shape
    assert back.dtype == np.uint8
    assert detail(back) < 0.6 * detail(images)
    soft = np.stack([cv2.GaussianBlur(image, (0, 0), 4) for image in images]).astype(float)
    softer = np.stack([cv2.GaussianBlur(image, (0, 0), 4) for image in back]).astype(float)
    assert np.abs(soft - softer).mean() < 2


def test_the_smaller_the_generator_the_fewer_details() -> None:
    images = draw_clip(2, noise=12.0)
    sizes = [detail(regenerate(images, Regeneration(size, "linear", False))) for size in (0.25, 0.5, 0.69)]
    assert sizes == sorted(sizes)


def test_every_frame_is_treated_alike() -> None:
    images = draw_clip(1, noise=12.0).repeat(3, axis=0)
    back = regenerate(images, Regeneration(0.3, "nearest", True))
    assert (back == back[:1]).all()
