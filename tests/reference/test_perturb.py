"""The distortions of the robustness protocol against slow, plain versions, pixel by pixel."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.bad_videos import draw_scene

from fakestormer.video import LEVELS, Distortion
from fakestormer.video.perturb import perturb


def rng():
    return np.random.default_rng(5)


@pytest.fixture(scope="module")
def image():
    return draw_scene(3, 45, 37)


def plain_saturation(image, factor):
    out = np.zeros(image.shape)
    for place in np.ndindex(image.shape[:2]):
        red, green, blue = (float(value) for value in image[place])
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        out[place] = [luma + factor * (value - luma) for value in (red, green, blue)]
    return out


def plain_blur(image, size):
    deviation, half = size / 6, size // 2
    weights = [math.exp(-0.5 * (offset / deviation) ** 2) for offset in range(-half, half + 1)]
    kernel = np.outer(weights, weights) / sum(weights) ** 2
    padded = np.pad(image.astype(float), ((half, half), (half, half), (0, 0)), mode="reflect")
    out = np.zeros(image.shape)
    for y, x in np.ndindex(image.shape[:2]):
        for channel in range(3):
            out[y, x, channel] = (padded[y : y + size, x : x + size, channel] * kernel).sum()
    return out


def plain_pixelation(image, size):
    height, width = image.shape[:2]
    out = np.zeros(image.shape)
    for top in range(0, height, size):
        for left in range(0, width, size):
            cell = [
                image[min(y, height - 1), min(x, width - 1)].astype(float)
                for y in range(top, top + size)
                for x in range(left, left + size)
            ]
            out[top : top + size, left : left + size] = sum(cell) / len(cell)
    return out


def plain_noise(image, variance, noise):
    """There and back: RGB to YCbCr in [0, 1], add, return."""
    kr, kg, kb = 0.299, 0.587, 0.114
    out = np.zeros(image.shape)
    for place in np.ndindex(image.shape[:2]):
        red, green, blue = image[place] / 255
        luma = kr * red + kg * green + kb * blue
        y, cb, cr = np.array([luma, (blue - luma) / 1.772, (red - luma) / 1.402]) + math.sqrt(variance) * noise[place]
        red, blue = y + 1.402 * cr, y + 1.772 * cb
        out[place] = [red, (y - kr * red - kb * blue) / kg, blue]
    return (255 * out).clip(0, 255)


@pytest.mark.parametrize("level", range(1, 6))
def test_saturation_moves_each_colour_towards_the_grey_of_its_luma(image, level):
    seen = perturb(image, Distortion("saturation", level), rng())
    np.testing.assert_allclose(seen, plain_saturation(image, LEVELS["saturation"][level - 1]), atol=0.51)


def test_saturation_zero_is_grey(image):
    seen = perturb(image, Distortion("saturation", 5), rng())
    assert (seen == seen[:, :, :1]).all()
    assert len(np.unique(seen)) > 50


@pytest.mark.parametrize("level", range(1, 6))
def test_contrast_multiplies_the_values(image, level):
    factor = LEVELS["contrast"][level - 1]
    np.testing.assert_allclose(perturb(image, Distortion("contrast", level), rng()), image * factor, atol=0.51)


@pytest.mark.parametrize("level", range(1, 6))
def test_so_many_blocks_are_covered_and_nothing_else_changes(level):
    image = draw_scene(0, 131, 99) // 2  # nowhere the grey of the blocks
    seen = perturb(image, Distortion("blocks", level), rng())
    cells = [(y, x) for y in range(0, 96, 8) for x in range(0, 128, 8)]
    covered = [(y, x) for y, x in cells if (seen[y : y + 8, x : x + 8] == 128).all()]
    assert len(covered) == LEVELS["blocks"][level - 1]
    for y, x in covered:
        seen[y : y + 8, x : x + 8] = image[y : y + 8, x : x + 8]
    assert (seen == image).all()


def test_blocks_lie_elsewhere_in_the_next_picture(image):
    draws, distortion = rng(), Distortion("blocks", 1)
    assert (perturb(image, distortion, draws) != perturb(image, distortion, draws)).any()


def test_a_picture_with_fewer_cells_than_blocks_is_all_grey():
    assert (perturb(draw_scene(0, 16, 16), Distortion("blocks", 5), rng()) == 128).all()


@pytest.mark.parametrize("level", [1, 5])
def test_noise_is_that_of_adding_it_in_ycbcr(image, level):
    noise = rng().standard_normal(image.shape, dtype=np.float32)
    expected = plain_noise(image, LEVELS["noise"][level - 1], noise)
    np.testing.assert_allclose(perturb(image, Distortion("noise", level), rng()), expected, atol=0.52)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_noise_has_its_variance_in_luma_and_in_both_colours(level):
    image = np.full((300, 300, 3), 128, np.uint8)  # no value is cut off at these levels
    red, green, blue = np.moveaxis(perturb(image, Distortion("noise", level), rng()) / 255, 2, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    expected = LEVELS["noise"][level - 1]
    for channel in (luma, (blue - luma) / 1.772, (red - luma) / 1.402):
        assert channel.var() == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("level", range(1, 6))
def test_blur_is_a_gaussian_of_this_kernel(image, level):
    expected = plain_blur(image, int(LEVELS["blur"][level - 1]))
    np.testing.assert_allclose(perturb(image, Distortion("blur", level), rng()), expected, atol=0.51)


@pytest.mark.parametrize("level", range(1, 6))
def test_pixelation_makes_cells_of_their_mean(image, level):
    expected = plain_pixelation(image, int(LEVELS["pixelation"][level - 1]))
    np.testing.assert_allclose(perturb(image, Distortion("pixelation", level), rng()), expected, atol=0.51)


@pytest.mark.parametrize(("width", "height", "expected"), [(1280, 720, (480, 854)), (720, 1280, (854, 480))])
def test_480p_reduces_the_short_side(width, height, expected):
    assert perturb(np.zeros((height, width, 3), np.uint8), Distortion("480p"), rng()).shape[:2] == expected


def test_480p_never_enlarges(image):
    small = image[:36, :44]
    assert (perturb(small, Distortion("480p"), rng()) == small).all()


def test_crop_keeps_the_middle_and_reduces_it():
    image = np.zeros((200, 400, 3), np.uint8)
    image[:10], image[:, :20], image[190:], image[:, 380:] = 255, 255, 255, 255
    seen = perturb(image, Distortion("crop"), rng())
    assert seen.shape == (136, 270, 3)
    assert not seen.any()
