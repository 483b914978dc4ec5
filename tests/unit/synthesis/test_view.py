from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from fakestormer.synthesis import SynthesisConfig, draw_parameters
from fakestormer.synthesis.parameters import Framing
from fakestormer.synthesis.view import View, mirror, onto_output, place_view, place_views, show
from fakestormer.synthesis.warp import chain, move_image, move_points, scale_and_shift

STILL = scale_and_shift(256, 1.0, 0.0, 0.0)


def test_a_view_shows_its_part_of_the_crop(images: np.ndarray) -> None:
    np.testing.assert_array_equal(show(images, View(16, 8, 64), 64), images[:, 8:72, 16:80])
    np.testing.assert_array_equal(show(images, View(0, 0, 128), 128), images)


def test_beyond_the_border_the_picture_is_mirrored(images: np.ndarray) -> None:
    shown = show(images, View(-8, 0, 128), 128)
    np.testing.assert_array_equal(shown[:, :, 8:], images[:, :, :120])
    np.testing.assert_array_equal(shown[:, :, :8], images[:, :, 8:0:-1])


def test_showing_is_one_linear_interpolation(images: np.ndarray) -> None:
    view = View(5, 9, 111)
    warped = move_image(images[0], onto_output(view, 224), cv2.INTER_LINEAR, 224)
    inside = (slice(2, -2), slice(2, -2))  # at its border a view knows no neighbours
    assert np.abs(show(images, view, 224)[0][inside].astype(int) - warped[inside]).max() <= 2


def test_views_are_the_drawn_framing_and_moves_within_a_pixel() -> None:
    config = SynthesisConfig(resample_target=True)
    corners = np.array([[0.0, 0.0], [256.0, 256.0]])
    for seed in range(50):
        drawn = draw_parameters(config, np.random.default_rng(seed))
        views, framing = place_views(drawn, 256), drawn.framing
        frame = np.array([framing.left, framing.top]) * 256
        for view, moves in ((views.target, (drawn.target_move,)), (views.source, (drawn.target_move, drawn.mask))):
            matrix = STILL
            for move in moves:
                matrix = chain(matrix, scale_and_shift(256, move.scale, move.shift_x, move.shift_y))
            expected = (move_points(corners, matrix) - frame) * (224 / (framing.size * 256))
            assert np.abs(move_points(corners, onto_output(view, 224)) - expected).max() < 1.1 * 224 / 206


def test_without_a_move_source_and_target_are_seen_alike() -> None:
    drawn = draw_parameters(SynthesisConfig(), np.random.default_rng(2))
    still = replace(drawn, mask=replace(drawn.mask, scale=1.0, shift_x=0.0, shift_y=0.0))
    views = place_views(still, 256)
    assert views.source == views.target
    assert place_views(drawn, 256).target == views.target != place_views(drawn, 256).source


def test_a_view_of_the_whole_crop() -> None:
    assert place_view(Framing(0.0, 0.0, 1.0, flip=False), STILL, 256) == View(0, 0, 256)


@pytest.mark.parametrize("channels", [(), (3,)])
def test_mirroring_exchanges_left_and_right(channels: tuple[int, ...]) -> None:
    clip = np.random.default_rng(0).integers(0, 256, (2, 6, 8, *channels), dtype=np.uint8)
    np.testing.assert_array_equal(mirror(clip), clip[:, :, ::-1])
