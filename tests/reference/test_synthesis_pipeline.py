"""The whole self-blending against a slow, plain version: everything at the crop's full resolution, in floating point.

The plain version fills hulls, moves every pixel of the filled picture by the elastic field, resizes it and back, blurs,
keeps what is still 1 and blurs again, all on the crop, and frames the result at the end.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakestormer.synthesis import NO_AUGMENTATION, SCHEMES, SelfBlender, SynthesisConfig, SynthesisParameters
from fakestormer.synthesis.colour import colour_matrix
from fakestormer.synthesis.elastic import elastic_field
from fakestormer.synthesis.masks import hull_polygons
from fakestormer.synthesis.view import View, place_views

CROP, OUT, PATCH = 256, 224, 16
SEEDS = range(6)
ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut_landmarks.json"
CONFIG = SynthesisConfig(augmentation=NO_AUGMENTATION, p_cutout=0.0, p_frequency=0.0)


def make_clip() -> tuple[np.ndarray, np.ndarray]:
    """Four frames of soft blotches, and a face's landmarks that move by a pixel and a half a frame."""
    rng = np.random.default_rng(0)
    blotches = cv2.resize(rng.random((24, 24, 3)), (CROP + 8, CROP + 8), interpolation=cv2.INTER_CUBIC)
    images = [np.clip(255 * blotches[shift : shift + CROP, shift : shift + CROP], 0, 255) for shift in range(4)]
    points = np.array(json.loads(ASTRONAUT.read_text(encoding="utf-8"))["points"])
    low, high = points.min(axis=0), points.max(axis=0)
    unit = (points - low) / (high - low).max()
    landmarks = CROP * (0.22 + 0.56 * unit) + np.arange(4)[:, None, None] * np.array([1.2, 0.8])
    return np.stack(images).astype(np.uint8), landmarks


def framed(picture: np.ndarray, view: View) -> np.ndarray:
    """The view, one bilinear sample a pixel: pixel i of the output is centred at (i + 0.5) of its grid."""
    at = ((np.arange(OUT) + 0.5) * view.side / OUT - 0.5).astype(np.float32)
    x, y = np.meshgrid(view.left + at, view.top + at)
    return cv2.remap(picture.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def slow_masks(points: np.ndarray, draws: SynthesisParameters, view: View) -> np.ndarray:
    shape = draws.mask
    field = cv2.resize(
        elastic_field(CONFIG.elastic_alpha, CONFIG.elastic_sigma, shape.elastic_seed),
        (CROP, CROP),
        interpolation=cv2.INTER_CUBIC,
    )
    x, y = np.meshgrid(np.arange(CROP, dtype=np.float32), np.arange(CROP, dtype=np.float32))
    masks = []
    for frame_points in points:
        drawn = np.zeros((CROP, CROP), dtype=np.uint8)
        for polygon in hull_polygons(frame_points[None], SCHEMES["facemesh468"], shape, CONFIG.forehead_lift):
            corners = np.round((polygon[0] - 0.5) * 16).astype(np.int32)
            cv2.fillConvexPoly(drawn, cv2.convexHull(corners), 255, cv2.LINE_AA, 4)
        moved = cv2.remap(drawn, x + field[..., 0], y + field[..., 1], cv2.INTER_LINEAR).astype(np.float32) / 255
        other = round(CROP * shape.resize)
        resized = cv2.resize(cv2.resize(moved, (other, other)), (CROP, CROP))
        blurred = cv2.GaussianBlur(resized, (shape.first_kernel, shape.first_kernel), 0)
        core = np.clip((blurred - 0.99) / 0.01, 0, 1)
        masks.append(cv2.GaussianBlur(core, (shape.second_kernel, shape.second_kernel), shape.second_sigma))
    soft = np.stack([framed(mask, view) for mask in masks])
    return soft / soft.max()


def slow_clips(images: np.ndarray, masks: np.ndarray, draws: SynthesisParameters) -> tuple[np.ndarray, np.ndarray]:
    """The pseudo-fake and its real twin, in floating point."""
    matrix = colour_matrix(draws.colour)
    views = place_views(draws, CROP)
    target, source = (np.stack([framed(image, view) for image in images]) for view in (views.target, views.source))
    changed = np.clip((target if draws.change_target else source) @ matrix[:, :3].T + matrix[:, 3], 0, 255)
    target, source = (changed, source) if draws.change_target else (target, changed)
    weight = draws.blend_ratio * masks[..., None]
    return weight * source + (1 - weight) * target, target


def pooled_loop(mask: np.ndarray) -> np.ndarray:
    grid = OUT // PATCH
    pooled = np.zeros((len(mask), grid, grid))
    for row in range(grid):
        for column in range(grid):
            patch = mask[:, row * PATCH : (row + 1) * PATCH, column * PATCH : (column + 1) * PATCH]
            pooled[:, row, column] = (4 * patch * (1 - patch)).max(axis=(1, 2))
    return pooled


@pytest.fixture(scope="module")
def both() -> list[tuple]:
    """For every seed: the pair, the plain masks, the plain pseudo-fake and real clip."""
    images, landmarks = make_clip()
    results = []
    for seed in SEEDS:
        pair = SelfBlender(replace(CONFIG, p_flip=0.0)).blend(images, landmarks, "facemesh468", seed)
        masks = slow_masks(landmarks, pair.parameters, place_views(pair.parameters, CROP).source)
        results.append((pair, masks, *slow_clips(images, masks, pair.parameters)))
    return results


def test_masks_and_vulnerability_agree(both: list[tuple]) -> None:
    """The widest gap is at the edge of narrow kernels, where the mask falls from 1 to 0 within five pixels."""
    apart = [np.abs(pair.mask - masks) for pair, masks, _, _ in both]
    assert max(one.max() for one in apart) < 0.12
    assert np.mean([one.mean() for one in apart]) < 0.0015
    boundary = [np.abs(pair.vulnerability - 4 * masks * (1 - masks)).mean() for pair, masks, _, _ in both]
    assert np.mean(boundary) < 0.003


def test_targets_agree(both: list[tuple]) -> None:
    for pair, masks, _, _ in both:
        pooled = pooled_loop(masks)
        np.testing.assert_allclose(pair.spatial_target, pooled.max(axis=(1, 2)), atol=0.03)
        change = np.abs(np.diff(pooled, axis=0, prepend=pooled[:1]))
        expected = (change - change.mean()) / max(math.sqrt(float(change.var())), CONFIG.min_deviation)
        assert np.abs(pair.temporal_target - expected).mean() < 0.08  # its deviation is 1
        assert np.corrcoef(pair.temporal_target.ravel(), expected.ravel())[0, 1] > 0.94


def test_pictures_agree(both: list[tuple]) -> None:
    for pair, _, fake, real in both:
        inside = (slice(None), slice(2, -2), slice(2, -2))
        assert np.abs(pair.real - real)[inside].max() <= 2
        assert np.abs(pair.fake - fake).mean() < 0.5
