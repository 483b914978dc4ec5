from __future__ import annotations

import numpy as np
import pytest

from fakestormer.report.overlay import DrawnFace, draw_faces, person_colour
from fakestormer.types import Box

GREY = np.full((240, 320, 3), 128, np.uint8)


def drawn_face(number=1, heat=None, left=100.0):
    to_frame = np.array([[0.5, 0.0, left], [0.0, 0.5, 80.0]])
    return DrawnFace(number, Box(left + 10, 90.0, left + 90, 170.0), f"Face {number}  82 %", to_frame, 224, heat)


def has_colour(picture, colour):
    return (np.abs(picture.astype(int) - colour).max(axis=2) < 8).any()


def test_every_face_has_a_box_in_its_own_colour_and_words_above_it():
    picture = draw_faces(GREY, [drawn_face(1, left=20.0), drawn_face(2, left=180.0)], "evidence")
    assert has_colour(picture[85:175, 25:115], person_colour(1))
    assert has_colour(picture[85:175, 185:275], person_colour(2))
    assert not has_colour(picture[85:175, 25:115], person_colour(2))
    assert has_colour(picture[60:90, 25:115], (255, 255, 255))  # letters
    assert (GREY == 128).all()


def test_the_map_lies_on_the_face_and_nowhere_else():
    heat = np.full((14, 14), 9.0, np.float32)
    plain, warm = (draw_faces(GREY, [drawn_face(heat=values)], "evidence") for values in (None, heat))
    changed = (plain != warm).any(axis=2)
    assert changed[120, 150]
    assert changed[82:190, 102:210].mean() > 0.7
    changed[80:192, 100:212] = False
    assert not changed.any()


@pytest.mark.parametrize("left", [-60.0, 280.0, 900.0])
def test_a_face_at_the_edge_or_outside_of_the_frame_is_no_trouble(left):
    heat = np.full((14, 14), 9.0, np.float32)
    assert draw_faces(GREY, [drawn_face(heat=heat, left=left)], "evidence").shape == GREY.shape


def test_a_frame_without_faces_still_says_what_it_is():
    assert (draw_faces(GREY, [], "No face") != GREY).any()
