from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from fakestormer.synthesis import SCHEMES, FaceScheme, SynthesisConfig, draw_parameters
from fakestormer.synthesis.elastic import elastic_field
from fakestormer.synthesis.masks import Canvas, draw_masks, draw_outlines, fill_outlines, hull_polygons
from fakestormer.synthesis.parameters import DUBBING_HULLS, HULL_FAMILIES, HullFamily, MaskShape
from fakestormer.synthesis.soften import plan_softening, soften
from fakestormer.synthesis.view import View

SIZE = 128
ELASTIC = SynthesisConfig(image_size=SIZE, num_rows=8, num_columns=8)
CONFIG = replace(ELASTIC, elastic_alpha=0.0)
WHOLE = View(0, 0, SIZE)
PLAIN = replace(
    draw_parameters(CONFIG, np.random.default_rng(0)).mask,
    use_forehead=True,
    shift_x=0.0,
    shift_y=0.0,
    scale=1.0,
    resize=1.0,
    first_kernel=5,
    second_kernel=5,
)


def draw_hulls(scheme: FaceScheme, points: np.ndarray, shape: MaskShape, size: int = SIZE) -> np.ndarray:
    """The union of the hulls, not deformed, as a picture of 0 and 255."""
    outlines = draw_outlines(hull_polygons(points[None], scheme, shape, 1.0), elastic_field(0.0, 7.0, 0), SIZE)
    return fill_outlines(outlines[0], Canvas(0, 0, size, size))


def area(scheme: FaceScheme, points: np.ndarray, hull: HullFamily, use_forehead: bool = True) -> float:
    shape = replace(PLAIN, hull=hull, use_forehead=use_forehead)
    return float(draw_hulls(scheme, points, shape).mean() / 255)


def test_hull_families_cover_different_parts_of_the_face(scheme: FaceScheme, face: Callable) -> None:
    points = face(scheme)
    lower, raised = area(scheme, points, "lower_face"), area(scheme, points, "raised")
    assert area(scheme, points, "components") < lower < raised
    whole = area(scheme, points, "whole_face")
    assert (whole > lower * 1.1) == bool(scheme.regions["forehead"])


def test_hulls_of_dubbing_stay_in_the_lower_half_of_the_face(scheme: FaceScheme, face: Callable) -> None:
    points = face(scheme)
    eyes, nose = (
        points[list(scheme.indices(*names))].mean(axis=0)[1] for names in (("right_eye", "left_eye"), ("nose",))
    )
    assert 0 < area(scheme, points, "mouth") < area(scheme, points, "below_nose") < area(scheme, points, "lower_face")
    for hull in DUBBING_HULLS:
        drawn = draw_hulls(scheme, points, replace(PLAIN, hull=hull))
        assert np.flatnonzero(drawn.any(axis=1))[0] > (eyes + nose) / 2


def test_without_forehead_points_the_whole_face_ends_at_the_brows(scheme: FaceScheme, face: Callable) -> None:
    points = face(scheme)
    assert area(scheme, points, "whole_face", use_forehead=False) == area(scheme, points, "lower_face")


@pytest.mark.parametrize("hull", HULL_FAMILIES)
def test_masks_are_soft_and_reach_one(hull: HullFamily, scheme: FaceScheme, face: Callable) -> None:
    masks = draw_masks(face(scheme)[None], scheme, replace(PLAIN, hull=hull), WHOLE, SIZE, ELASTIC).values
    assert masks.shape == (1, SIZE, SIZE)
    assert masks.dtype == np.float32
    assert masks.min() == 0
    assert masks.max() == 1
    assert np.mean((masks > 0.1) & (masks < 0.9)) > 0.1 * np.mean(masks > 0)


def test_a_mask_follows_its_landmarks_between_pixels(face: Callable) -> None:
    """A face that moves by a quarter of a pixel a frame: so does its mask, without jumps."""
    scheme = SCHEMES["ibug81"]
    points = face(scheme)[None] + np.arange(9)[:, None, None] * np.array([0.25, 0.0])
    masks = draw_masks(points, scheme, replace(PLAIN, hull="whole_face"), WHOLE, SIZE, CONFIG).values
    centres = (masks * (np.arange(SIZE) + 0.5)).sum(axis=(1, 2)) / masks.sum(axis=(1, 2))
    assert np.diff(centres) == pytest.approx(np.full(8, 0.25), abs=0.06)


def test_a_mask_moves_with_its_view_and_is_zero_outside_its_rows_and_columns(face: Callable) -> None:
    scheme = SCHEMES["ibug68"]
    points = face(scheme)[None]
    here = draw_masks(points, scheme, PLAIN, WHOLE, SIZE, CONFIG)
    there = draw_masks(points, scheme, PLAIN, View(-8, 4, SIZE), SIZE, CONFIG)
    np.testing.assert_allclose(there.values[0, :-4, 8:], here.values[0, 4:, :-8], atol=1e-5)
    inside = here.values.copy()
    inside[:, here.rows, here.columns] = 0
    assert not inside.any()
    assert all(bound % 16 == 0 for part in (here.rows, here.columns) for bound in (part.start, part.stop))


def test_a_mask_at_the_border_is_drawn_as_if_the_picture_went_on(face: Callable) -> None:
    """Half a face to the left of the picture: what is seen of it is the right part of the whole mask."""
    scheme, points = SCHEMES["ibug81"], np.repeat(face(SCHEMES["ibug81"])[None], 2, axis=0)
    whole = draw_masks(points, scheme, PLAIN, WHOLE, SIZE, CONFIG).values
    half = draw_masks(points, scheme, PLAIN, View(64, 40, SIZE), SIZE, CONFIG).values
    np.testing.assert_allclose(half[:, :88, :64], whole[:, 40:, 64:], atol=1e-5)


def test_a_mask_is_the_same_face_part_at_every_crop_size(face: Callable) -> None:
    scheme, points = SCHEMES["ibug81"], face(SCHEMES["ibug81"])[None]
    shape, config = replace(PLAIN, first_kernel=13, second_kernel=17), replace(ELASTIC, image_size=2 * SIZE)
    small = draw_masks(points, scheme, shape, WHOLE, SIZE, ELASTIC).values[0]
    large = draw_masks(points * 2, scheme, shape, View(0, 0, 2 * SIZE), 2 * SIZE, config).values[0]
    reduced = cv2.resize(large, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced - small).mean() < 0.01


def test_softening_never_reaches_outside_what_was_drawn(face: Callable) -> None:
    scheme = SCHEMES["ibug68"]
    drawn = draw_hulls(scheme, face(scheme), PLAIN, 256)
    soft = soften(drawn, plan_softening(replace(PLAIN, first_kernel=25, second_kernel=5), 1.0))
    assert soft[drawn == 0].max() == 0


def test_nothing_is_left_of_a_face_as_small_as_a_point() -> None:
    points = np.full((2, 68, 2), 64.0)
    assert draw_masks(points, SCHEMES["ibug68"], PLAIN, WHOLE, SIZE, CONFIG).values.max() == 0


def test_the_elastic_field_belongs_to_its_seed(face: Callable) -> None:
    scheme, points = SCHEMES["ibug68"], face(SCHEMES["ibug68"])[None]

    def masks(seed: int) -> np.ndarray:
        shape: MaskShape = replace(PLAIN, elastic_seed=seed)
        return draw_masks(points, scheme, shape, WHOLE, SIZE, ELASTIC).values

    np.testing.assert_array_equal(masks(1), masks(1))
    assert np.abs(masks(1) - masks(2)).max() > 0.1
