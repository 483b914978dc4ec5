"""A self-blended pair as one picture that a person can judge."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8
from numpy import ndarray

from fakestormer.synthesis.video import SelfBlendedPair

DIFFERENCE_GAIN = 5
LABEL_HEIGHT = 18
LOWEST, HIGHEST = -1.0, 4.0


def draw_contact_sheet(pair: SelfBlendedPair) -> UInt8[ndarray, "height width 3"]:
    """One column a frame; rows: real, pseudo-fake, their difference (5 times), mask, vulnerability, temporal target.

    Cut patches are crossed out in the temporal target, which runs from -1 deviations (black) to 4 (bright yellow).
    """
    draws, size = pair.parameters, pair.real.shape[1]
    apart = np.abs(pair.fake.astype(np.int16) - pair.real) * DIFFERENCE_GAIN
    changed = "target" if draws.change_target else "source"
    rows: list[tuple[str, list[UInt8[ndarray, "height width 3"]]]] = [
        ("real twin", list(pair.real)),
        (f"pseudo-fake: {draws.mask.hull}, ratio {draws.blend_ratio:g}, {changed} changed", list(pair.fake)),
        (f"difference x {DIFFERENCE_GAIN}", list(np.minimum(apart, 255).astype(np.uint8))),
        ("mask", [_grey(mask) for mask in pair.mask]),
        ("vulnerability", [_grey(values) for values in pair.vulnerability]),
        ("temporal target", [_grid_picture(grid, pair.kept_patches, size) for grid in pair.temporal_target]),
    ]
    spatial = [f"p = {value:.2f}" for value in pair.spatial_target]
    drawn = [_labelled_row(label, pictures) for label, pictures in rows]
    return np.vstack([*drawn, _caption(spatial, size)])


def _labelled_row(label: str, pictures: list[UInt8[ndarray, "height width 3"]]) -> UInt8[ndarray, "_ _ 3"]:
    picture = np.hstack(pictures)
    band = np.zeros((LABEL_HEIGHT, picture.shape[1], 3), dtype=np.uint8)
    _write(band, label, 4)
    return np.vstack([band, picture])


def _caption(texts: list[str], size: int) -> UInt8[ndarray, "_ _ 3"]:
    band = np.zeros((LABEL_HEIGHT, size * len(texts), 3), dtype=np.uint8)
    for column, text in enumerate(texts):
        _write(band, text, column * size + 4)
    return band


def _write(band: UInt8[ndarray, "_ _ 3"], text: str, left: int) -> None:
    cv2.putText(band, text, (left, LABEL_HEIGHT - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)


def _grey(values: Float[ndarray, "height width"]) -> UInt8[ndarray, "height width 3"]:
    levels = np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)
    return np.repeat(levels[..., None], 3, axis=2)


def _grid_picture(
    grid: Float[ndarray, "rows columns"], kept: Bool[ndarray, "rows columns"], size: int
) -> UInt8[ndarray, "size size 3"]:
    levels = np.clip(np.rint((grid - LOWEST) / (HIGHEST - LOWEST) * 255), 0, 255).astype(np.uint8)
    large = cv2.resize(levels, (size, size), interpolation=cv2.INTER_NEAREST)
    picture = cv2.cvtColor(cv2.applyColorMap(large, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    height, width = size // kept.shape[0], size // kept.shape[1]
    for row, column in zip(*np.nonzero(~kept), strict=True):
        corner = (int(column) * width, int(row) * height)
        cv2.line(picture, corner, (corner[0] + width - 1, corner[1] + height - 1), (255, 255, 255), 1)
    return picture
