from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from fakestormer.synthesis.colour import change_frames, colour_matrix
from fakestormer.synthesis.parameters import ColourChange, FrequencyChange

NO_DETAIL = FrequencyChange("none", 2, 0.3)


def test_no_change_is_the_identity(images: np.ndarray) -> None:
    assert change_frames(images, ColourChange(), NO_DETAIL) is images
    np.testing.assert_allclose(colour_matrix(ColourChange()), np.eye(3, 4), atol=1e-12)


def test_grey_stays_grey_under_hue_and_saturation() -> None:
    matrix = colour_matrix(ColourChange(hue=30.0, saturation=0.5))
    np.testing.assert_allclose(matrix @ [90, 90, 90, 1], [90, 90, 90])


def test_a_third_of_a_turn_takes_red_to_green() -> None:
    np.testing.assert_allclose(colour_matrix(ColourChange(hue=120.0)) @ [200, 0, 0, 1], [0, 200, 0], atol=1e-9)


def test_contrast_turns_about_mid_grey_and_brightness_is_a_gain() -> None:
    matrix = colour_matrix(ColourChange(contrast=0.2, brightness=0.1))
    np.testing.assert_allclose(matrix @ [127.5 / 1.1, 227.5 / 1.1, 27.5 / 1.1, 1], [127.5, 247.5, 7.5])


def test_a_shift_of_red_leaves_green_and_blue(images: np.ndarray) -> None:
    changed = change_frames(images, ColourChange(rgb_shift=(10.0, 0.0, 0.0)), NO_DETAIL)
    np.testing.assert_array_equal(changed[..., 0], np.minimum(images[..., 0].astype(int) + 10, 255))
    np.testing.assert_array_equal(changed[..., 1:], images[..., 1:])


def test_downscaling_removes_details_and_sharpening_adds_them(images: np.ndarray) -> None:
    def detail(clip: np.ndarray) -> float:
        return float(np.abs(np.diff(clip.astype(float), axis=2)).mean())

    def changed(kind: Literal["downscale", "sharpen"], factor: int) -> np.ndarray:
        return change_frames(images, ColourChange(), FrequencyChange(kind, factor, 0.3))

    two, four, sharp = changed("downscale", 2), changed("downscale", 4), changed("sharpen", 2)
    assert detail(four) < detail(two) < detail(images) < detail(sharp)
    assert four.mean() == pytest.approx(images.mean(), abs=1)
