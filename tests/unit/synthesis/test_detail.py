from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakestormer.synthesis import equally_sharp
from fakestormer.synthesis.detail import fine_detail


def a_picture(seed: int, softness: float, size: int = 224) -> np.ndarray:
    """Texture of all scales, like a face's: half of its energy lies in the finest."""
    rng = np.random.default_rng(seed)
    noise = sum(
        60 * cv2.GaussianBlur(rng.normal(size=(size, size, 3)), (0, 0), scale) * scale for scale in (0.7, 2.0, 8.0)
    )
    return cv2.GaussianBlur(np.clip(120 + noise, 0, 255).astype(np.uint8), (0, 0), softness)


@pytest.mark.parametrize(("one", "other"), [(0.3, 1.2), (1.2, 0.3), (1.2, 0.6), (1.0, 1.0)])
def test_two_pictures_come_out_with_the_same_fine_detail(one: float, other: float) -> None:
    pictures = a_picture(0, one), a_picture(1, other)
    before = [fine_detail(picture) for picture in pictures]
    made = equally_sharp(*pictures)
    detail = [fine_detail(picture) for picture in made]
    # Rounding to 8 bits and the steps of the search leave some per cent, more in pictures that have little detail.
    assert detail[0] == pytest.approx(detail[1], rel=0.05)
    assert abs(before[0] / before[1] - 1) > 0.2 or one == other
    assert min(detail) > 1.0


def test_the_softer_picture_is_left_as_it_is_whichever_it_is() -> None:
    sharp, soft = a_picture(0, 0.3), a_picture(1, 2.0)
    assert np.array_equal(equally_sharp(sharp, soft)[1], soft)
    assert np.array_equal(equally_sharp(soft, sharp)[0], soft)
    assert np.array_equal(equally_sharp(soft, sharp)[1], equally_sharp(sharp, soft)[0])


def test_blur_takes_fine_detail_and_brightness_does_not_count() -> None:
    picture = a_picture(0, 0.5)
    values = [fine_detail(cv2.GaussianBlur(picture, (0, 0), blur)) for blur in (0.3, 0.8, 1.5, 3.0)]
    assert values == sorted(values, reverse=True)
    assert fine_detail(np.full((224, 224, 3), 90, np.uint8)) == 0
