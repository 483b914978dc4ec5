"""Vulnerability-driven cutout: hide the obvious evidence (section 3)."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float32, UInt8
from numpy import ndarray

from fakestormer.synthesis.config import SynthesisConfig
from fakestormer.synthesis.vulnerability import spatial_target

MAX_DRAWS = 20


def draw_kept_patches(
    pooled: Float32[ndarray, "frames rows columns"], config: SynthesisConfig, seed: int
) -> Bool[ndarray, "rows columns"]:
    """Which patches stay: not those above a random threshold in any frame, and not about 1 % of the others.

    Where nothing vulnerable would be left in some frame the pseudo-fake would be no fake, so the draw is repeated;
    after 20 draws in vain all patches stay.
    """
    rng = np.random.default_rng(seed)
    worst = pooled.max(axis=0)
    for _ in range(MAX_DRAWS):
        kept: Bool[ndarray, "rows columns"] = (worst <= rng.uniform(*config.cutout_threshold)) & (
            rng.random(worst.shape) >= config.p_cut_other_patch
        )
        if spatial_target(pooled, kept).min() >= config.min_vulnerability_left:
            return kept
    return np.full(worst.shape, True)


def cut_patches(
    images: UInt8[ndarray, "frames size size 3"], kept_patches: Bool[ndarray, "rows columns"]
) -> UInt8[ndarray, "frames size size 3"]:
    """The frames with all other patches set to zero; the same array where every patch stays."""
    if kept_patches.all():
        return images
    rows, columns = kept_patches.shape
    frames, height, width, channels = images.shape
    cut: UInt8[ndarray, "frames size size 3"] = images.copy()
    patches = cut.reshape(frames, rows, height // rows, columns, width // columns, channels)
    cut_rows, cut_columns = np.nonzero(~kept_patches)
    patches[:, cut_rows, :, cut_columns] = 0
    return cut
