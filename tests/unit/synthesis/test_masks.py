from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from fakestormer.synthesis import SCHEMES, FaceScheme, SynthesisConfig, draw_parameters
from fakestormer.synthesis.masks import draw_masks, fill_hulls, hull_polygons, soften
from fakestormer.synthesis.parameters import DUBBING_HULLS, HULL_FAMILIES, HullFamily, MaskShape

SIZE = 128
CONFIG = SynthesisConfig(elastic_alpha=0.0)
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


def area(scheme: FaceScheme, points: np.ndarray, hull: HullFamily, use_forehead: bool = True) -> float:
    shape = replace(PLAIN, hull=hull, use_forehead=use_forehead)
    return float(fill_hulls(hull_polygons(points, scheme, shape, 1.0), SIZE).mean() / 255)


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
        drawn = fill_hulls(hull_polygons(points, scheme, replace(PLAIN, hull=hull), 1.0), SIZE)
        assert np.flatnonzero(drawn.any(axis=1))[0] > (eyes + nose) / 2


def test_without_forehead_points_the_whole_face_ends_at_the_brows(scheme: FaceScheme, face: Callable) -> None:
    points = face(scheme)
    assert area(scheme, points, "whole_face", use_forehead=False) == area(scheme, points, "lower_face")


@pytest.mark.parametrize("hull", HULL_FAMILIES)
def test_masks_are_soft_and_reach_one(hull: HullFamily, scheme: FaceScheme, face: Callable) -> None:
    masks = draw_masks(face(scheme)[None], scheme, replace(PLAIN, hull=hull), SIZE, SynthesisConfig())
    assert masks.shape == (1, SIZE, SIZE)
    assert masks.dtype == np.float32
    assert masks.min() == 0
    assert masks.max() == 1
    assert np.mean((masks > 0.1) & (masks < 0.9)) > 0.01


def test_a_mask_follows_its_landmarks_between_pixels(face: Callable) -> None:
    """A face that moves by a quarter of a pixel a frame: so does its mask, without jumps."""
    scheme = SCHEMES["ibug81"]
    points = face(scheme)[None] + np.arange(9)[:, None, None] * np.array([0.25, 0.0])
    masks = draw_masks(points, scheme, replace(PLAIN, hull="whole_face"), SIZE, CONFIG)
    centres = (masks * (np.arange(SIZE) + 0.5)).sum(axis=(1, 2)) / masks.sum(axis=(1, 2))
    assert np.diff(centres) == pytest.approx(np.full(8, 0.25), abs=0.06)


def test_shift_and_scale_of_the_mask_are_fractions_of_the_crop(face: Callable) -> None:
    scheme = SCHEMES["ibug68"]
    points = face(scheme)[None]
    here = draw_masks(points, scheme, PLAIN, SIZE, CONFIG)[0]
    there = draw_masks(points, scheme, replace(PLAIN, shift_x=8 / SIZE, shift_y=-4 / SIZE), SIZE, CONFIG)[0]
    np.testing.assert_allclose(there[:-4, 8:], here[4:, :-8], atol=1e-5)


def test_a_mask_is_the_same_face_part_at_every_crop_size(face: Callable) -> None:
    scheme, points = SCHEMES["ibug81"], face(SCHEMES["ibug81"])[None]
    shape, config = replace(PLAIN, first_kernel=13, second_kernel=17), SynthesisConfig()
    small = draw_masks(points, scheme, shape, SIZE, config)[0]
    large = draw_masks(points * 2, scheme, shape, 2 * SIZE, config)[0]
    reduced = cv2.resize(large, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced - small).mean() < 0.01


def test_softening_never_reaches_outside_what_was_drawn(face: Callable) -> None:
    scheme = SCHEMES["ibug68"]
    drawn = fill_hulls(hull_polygons(face(scheme), scheme, PLAIN, 1.0), 256)
    soft = soften(drawn, replace(PLAIN, first_kernel=25, second_kernel=5))
    assert soft[drawn == 0].max() == 0


def test_nothing_is_left_of_a_face_as_small_as_a_point() -> None:
    points = np.full((2, 68, 2), 64.0)
    assert draw_masks(points, SCHEMES["ibug68"], PLAIN, SIZE, CONFIG).max() == 0


def test_the_elastic_field_belongs_to_its_seed(face: Callable) -> None:
    scheme, points = SCHEMES["ibug68"], face(SCHEMES["ibug68"])[None]

    def masks(seed: int) -> np.ndarray:
        shape: MaskShape = replace(PLAIN, elastic_seed=seed)
        return draw_masks(points, scheme, shape, SIZE, SynthesisConfig())

    np.testing.assert_array_equal(masks(1), masks(1))
    assert np.abs(masks(1) - masks(2)).max() > 0.1
