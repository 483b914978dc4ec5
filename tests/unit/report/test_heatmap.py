from __future__ import annotations

import numpy as np
import pytest

from fakestormer.report.heatmap import HEAT_RANGES, colour_scale, cut_face, overlay_heatmap, strength

LOW_HIGH = HEAT_RANGES["change"]
GREY = np.full((200, 300, 3), 128, np.uint8)


def changed(picture):
    return np.abs(picture.astype(int) - 128).sum(axis=2)


@pytest.mark.parametrize("scale", [1.0, 0.5])
@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 10), (13, 13)])
def test_a_hot_patch_lies_at_its_place_on_the_frame(row, column, scale):
    to_frame = np.array([[0.5, 0.0, 100.0], [0.0, 0.5, 40.0]])  # 224-pixel crop on a 112-pixel square of the frame
    heat = np.zeros((14, 14), np.float32)
    heat[row, column] = LOW_HIGH[1]
    laid = changed(overlay_heatmap(GREY, heat, to_frame, 224, scale, outline=False))
    y, x = np.unravel_index(laid.argmax(), laid.shape)
    weight = laid / laid.sum()
    center = ((weight.sum(0) * (np.arange(300) + 0.5)).sum(), (weight.sum(1) * (np.arange(200) + 0.5)).sum())
    expected = (100 + 8 * (column + 0.5)) * scale, (40 + 8 * (row + 0.5)) * scale
    assert (x + 0.5, y + 0.5) == pytest.approx(expected, abs=4.1 * scale)
    if 0 < row < 13 and 0 < column < 13:
        assert center == pytest.approx(expected, abs=0.3)


def test_nothing_outside_of_the_crop_is_coloured():
    to_frame = np.array([[0.5, 0.0, 100.0], [0.0, 0.5, 40.0]])
    laid = changed(overlay_heatmap(GREY, np.full((14, 14), 9.0), to_frame, 224, 1.0, outline=False))
    assert laid[41:151, 101:211].min() > 0
    laid[39:153, 99:213] = 0
    assert laid.max() == 0


def test_a_calm_map_leaves_the_picture_as_it_is():
    to_frame = np.array([[0.5, 0.0, 100.0], [0.0, 0.5, 40.0]])
    calm = np.full((14, 14), LOW_HIGH[0] - 1)
    assert (overlay_heatmap(GREY, calm, to_frame, 224, 1.0, outline=False) == GREY).all()


def test_the_square_that_was_examined_is_outlined_and_the_input_stays_untouched():
    to_frame = np.array([[0.5, 0.0, 100.0], [0.0, 0.5, 40.0]])
    laid = overlay_heatmap(GREY, np.zeros((14, 14)), to_frame, 224, 1.0)
    assert (laid[90, 98:102] > 160).any()
    assert (GREY == 128).all()


def test_a_square_that_leaves_the_picture_is_no_trouble():
    to_frame = np.array([[2.0, 0.0, -150.0], [0.0, 2.0, -100.0]])
    assert overlay_heatmap(GREY, np.full((14, 14), 2.0), to_frame, 224, 1.0).shape == GREY.shape


def test_strength_is_absolute_and_survives_numbers_that_are_none():
    low, high = LOW_HIGH
    values = strength(np.array([low - 5, low, (low + high) / 2, high, high + 5, np.nan]))
    assert values == pytest.approx([0, 0, 0.5, 1, 1, 0])


def test_the_colour_scale_grows_steadily_brighter():
    colours = colour_scale(9).astype(float) @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(colours) > 0).all()


def test_the_cut_face_shows_what_the_model_saw():
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 255, (4, 4, 3)).astype(np.uint8)
    frame = np.zeros((200, 300, 3), np.uint8)
    frame[40:152, 100:212] = np.kron(blocks, np.ones((28, 28, 1))).astype(np.uint8)
    to_frame = np.array([[0.5, 0.0, 100.0], [0.0, 0.5, 40.0]])
    for size in (32, 112, 320):
        face = cut_face(frame, to_frame, 224, 1.0, size)
        centres = (np.arange(4) * 2 + 1) * size // 8
        assert np.abs(face[np.ix_(centres, centres)].astype(int) - blocks).max() <= 2
