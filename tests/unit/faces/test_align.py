from __future__ import annotations

import numpy as np
import pytest
from tests.scripted_faces import box_of

from fakestormer.faces import box_at, crop_affine, cut_crop
from fakestormer.types import Affine, ClipSpec, FaceObservation, FaceTrack

PLAIN = ClipSpec(image_size=32, box_enlargement=0.0, crop_margin=0.0)


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def soft(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 9 + k) + np.cos(y / 7 - k) for k in range(3)]
    return np.stack([127 + 55 * wave for wave in waves], axis=-1).astype(np.uint8)


def test_the_crop_is_the_square_on_the_longer_side_enlarged_and_trimmed() -> None:
    affine = crop_affine(box_of(100, 50, 180, 150), ClipSpec(image_size=224))
    side = 100 * 1.5 * (1 - 2 * 15 / 256)
    corners = affine.apply(np.array([[0.0, 0.0], [224.0, 224.0], [112.0, 112.0]]))
    np.testing.assert_allclose(
        corners, [[140 - side / 2, 100 - side / 2], [140 + side / 2, 100 + side / 2], [140, 100]]
    )


def test_a_box_without_area_is_refused() -> None:
    with pytest.raises(ValueError, match="face box with an area"):
        crop_affine(box_of(3, 3, 3, 3), PLAIN)


def test_a_crop_at_full_size_on_whole_pixels_is_the_picture_itself() -> None:
    image = noise(80, 90)
    crop = cut_crop(image, crop_affine(box_of(20, 10, 52, 42), PLAIN), 32)
    np.testing.assert_array_equal(crop, image[10:42, 20:52])


def test_a_plain_picture_stays_plain_inside_and_outside() -> None:
    image = np.full((40, 40, 3), 77, dtype=np.uint8)
    for box in (
        box_of(-300, -300, 10, 10),
        box_of(5, 5, 25.5, 25.5),
        box_of(100, 100, 110, 110),
        box_of(0, 0, 400, 400),
    ):
        assert (cut_crop(image, crop_affine(box, PLAIN), 32) == 77).all()


def test_outside_the_picture_its_border_is_repeated() -> None:
    image = noise(40, 40)
    crop = cut_crop(image, crop_affine(box_of(-16, 0, 16, 32), PLAIN), 32)
    np.testing.assert_array_equal(crop[:, :16], np.repeat(image[:32, :1], 16, axis=1))
    np.testing.assert_array_equal(crop[:, 16:], image[:32, :16])


def test_shrinking_averages_instead_of_skipping_pixels() -> None:
    checks = np.indices((256, 256)).sum(axis=0) % 2 * 255
    image = np.repeat(checks[..., None], 3, axis=-1).astype(np.uint8)
    crop = cut_crop(image, crop_affine(box_of(10.3, 7.7, 202.3, 199.7), PLAIN), 32)
    assert np.abs(crop.astype(int) - 127).max() <= 3


@pytest.mark.parametrize("side", [20.0, 32.0, 63.9, 150.0])
def test_a_tiny_move_of_the_box_changes_the_crop_by_a_tiny_amount(side: float) -> None:
    image = noise(300, 300)
    for left in np.linspace(60, 62, 21):
        one = cut_crop(image, crop_affine(box_of(left, 70.2, left + side, 70.2 + side), PLAIN), 32)
        other = cut_crop(image, crop_affine(box_of(left + 0.004, 70.2, left + 0.004 + side, 70.2 + side), PLAIN), 32)
        assert np.abs(one.astype(int) - other.astype(int)).max() <= 3


def test_a_tiny_growth_of_the_box_changes_the_crop_by_a_tiny_amount() -> None:
    image = noise(300, 300)
    for side in np.r_[np.linspace(30, 34, 41), np.linspace(62, 66, 41)]:
        one = cut_crop(image, crop_affine(box_of(60, 60, 60 + side, 60 + side), PLAIN), 32)
        other = cut_crop(image, crop_affine(box_of(60, 60, 60.004 + side, 60.004 + side), PLAIN), 32)
        assert np.abs(one.astype(int) - other.astype(int)).max() <= 3


def test_crop_pixels_lie_where_the_affine_says() -> None:
    image = soft(200, 200)
    affine = crop_affine(box_of(50.4, 60.7, 110.4, 120.7), ClipSpec(image_size=64))
    crop = cut_crop(image, affine, 64).astype(float)
    rows, columns = np.mgrid[8:56:6, 8:56:6].reshape(2, -1)
    places = affine.apply(np.stack([columns + 0.5, rows + 0.5], axis=1))
    x, y = places[:, 0] - 0.5, places[:, 1] - 0.5
    expected = 127 + 55 * (np.sin(x / 9) + np.cos(y / 7))
    np.testing.assert_allclose(crop[rows, columns, 0], np.clip(expected, 0, 255), atol=2.5)


def test_a_turned_affine_is_refused() -> None:
    with pytest.raises(ValueError, match="only scales and shifts"):
        cut_crop(noise(9, 9), Affine(np.array([[1.0, 0.1, 0], [-0.1, 1.0, 0]])), 32)


def test_boxes_between_observations_lie_on_the_line_and_are_held_outside() -> None:
    seen = [FaceObservation(index, index / 25, box_of(index, 0, index + 50, 60), 0.9) for index in (10, 14, 30)]
    track = FaceTrack(0, tuple(seen))
    assert [box_at(track, index).left for index in (0, 10, 11, 14, 22, 30, 99)] == [10, 10, 11, 14, 22, 30, 30]
    assert box_at(track, 12).bottom == 60
