"""The ablation of consistency: a pseudo-fake whose parameters are drawn anew for every frame (method, section 2)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.synthesis.augment import augment
from fakestormer.synthesis.config import NO_AUGMENTATION
from fakestormer.synthesis.cutout import cut_patches, draw_kept_patches
from fakestormer.synthesis.parameters import draw_parameters
from fakestormer.synthesis.video import SelfBlendedPair, SelfBlender
from fakestormer.synthesis.vulnerability import pool_patches, spatial_target, temporal_targets


def blend_frame_by_frame(
    blender: SelfBlender,
    images: UInt8[ndarray, "frames size size 3"],
    landmarks: Float[ndarray, "frames points 2"],
    scheme: str,
    seed: int,
) -> SelfBlendedPair:
    """A pair in which mask, colour, detail and blend ratio are drawn for each frame by itself.

    Framing, mirroring, final augmentation and cutout stay those of the clip, and the fake and its real counterpart
    share everything but the blending. The pair's `parameters` are those of the clip: they hold what the frames share.
    """
    config = blender.config
    shared = draw_parameters(config, np.random.default_rng([seed, 0]))
    plain = SelfBlender(replace(config, augmentation=NO_AUGMENTATION))
    frames = []
    for index in range(len(images)):
        own = draw_parameters(plain.config, np.random.default_rng([seed, 1 + index]))
        own = replace(own, framing=shared.framing, target_move=shared.target_move, cutout=False)
        here = slice(index, index + 1)
        frames.append(plain.blend_with(own, images[here], landmarks[here], scheme))
    boundary = np.concatenate([frame.vulnerability for frame in frames])
    pooled = pool_patches(boundary, config.num_rows, config.num_columns)
    kept = np.ones(pooled.shape[1:], dtype=bool)
    if shared.cutout:
        kept = draw_kept_patches(pooled, config, shared.cutout_seed)
    targets = temporal_targets(pooled, config.min_deviation)
    fake, real = (
        cut_patches(augment(np.concatenate(clip), shared.augmentation, blender.recode), kept)
        for clip in ([frame.fake for frame in frames], [frame.real for frame in frames])
    )
    return SelfBlendedPair(
        real=real,
        fake=fake,
        mask=np.concatenate([frame.mask for frame in frames]),
        vulnerability=boundary,
        spatial_target=spatial_target(pooled, kept),
        temporal_target=targets.fake,
        real_temporal_target=targets.real,
        kept_patches=kept,
        parameters=shared,
    )
