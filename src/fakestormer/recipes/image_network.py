"""The runs that made the image network of the default weights: stage 1, on single frames of a mix of pairs."""

from __future__ import annotations

import dataclasses

from fakestormer.data import FrameMix
from fakestormer.synthesis import AugmentationConfig, SynthesisConfig
from fakestormer.training import FrameOptimisation, FrameRun
from fakestormer.types import ClipSpec

# The degradation that both members of a pair share at the start of a run; later it is AugmentationConfig's own.
LIGHT = AugmentationConfig(
    p_low_resolution=0.15,
    low_resolution=(0.5, 1.0),
    p_blur=0.1,
    blur=(0.4, 1.2),
    p_noise=0.1,
    noise=(1.0, 4.0),
    p_recode=0.1,
    recode_crf=(18, 30),
)
SYNTHESIS = SynthesisConfig(p_cutout=0.0, p_dubbing_hull=0.15, p_regenerated_source=0.2, augmentation=LIGHT)
# The normalisation that EfficientNet-Lite0's ImageNet weights were trained with.
CLIP_SPEC = ClipSpec(mean=(127 / 255,) * 3, std=(128 / 255,) * 3)


def first() -> FrameRun:
    """Self-blends and real forgeries, from EfficientNet-Lite0's ImageNet weights.

    Command: `fakestormer train fakestormer.recipes.image_network:first --data CACHE ... --out DIR`, with the caches of
    genuine videos and photographs and of forgeries (`prepare --with-forged`). Ten minutes on one core with bfloat16
    instructions.
    """
    return FrameRun(
        name="A",
        clip_spec=CLIP_SPEC,
        mix=FrameMix(self_blended=0.5, aligned=0.2, same_source=0.15, picture=0.15, decoded=0.0, synthesis=SYNTHESIS),
        optimisation=FrameOptimisation(num_steps=500, peak_rate=3e-4, head_rate=1e-3),
        validate_every=100,
        precision="bfloat16",
    )


def second() -> FrameRun:
    """`first` trained on, with reconstructions by an autoencoder in the mix.

    Command: `fakestormer train fakestormer.recipes.image_network:second --data CACHE ... --out DIR`, with the caches of
    `first` and one that `fakestormer reconstruct` made, and the path of the result of `first` in the environment
    variable FAKESTORMER_WARM_START. Forty minutes on one core.
    """
    return FrameRun(
        name="B",
        clip_spec=CLIP_SPEC,
        mix=FrameMix(
            self_blended=0.36, aligned=0.16, same_source=0.11, picture=0.11, decoded=0.26, synthesis=SYNTHESIS
        ),
        optimisation=FrameOptimisation(num_steps=1700, peak_rate=2.5e-4, head_rate=2.5e-4),
        validate_every=100,
        seed=1,
        precision="bfloat16",
    )


def third() -> FrameRun:
    """`second` trained on, with more real forgeries, and most forgeries beside their originals made equally sharp.

    Command: `fakestormer train fakestormer.recipes.image_network:third --data CACHE ... --out DIR`, from the result of
    `second` and with a cache of more photographs. The default weights started from the result of `second` after 1,000
    of its steps, and `fourth` from that of this run after 600. Fifty minutes on one core.
    """
    return FrameRun(
        name="C",
        clip_spec=CLIP_SPEC,
        mix=FrameMix(
            self_blended=0.31, aligned=0.15, same_source=0.17, picture=0.12, decoded=0.25, synthesis=SYNTHESIS
        ),
        optimisation=FrameOptimisation(num_steps=2200, peak_rate=2.5e-4, head_rate=2.5e-4),
        validate_every=100,
        seed=2,
        precision="bfloat16",
    )


def fourth() -> FrameRun:
    """`third` trained on with its learning rate brought down to zero, more pairs of originals, lighter degradation.

    Command: `fakestormer train fakestormer.recipes.image_network:fourth --data CACHE ... --out DIR`, from the result of
    `third` and with the same caches. Twenty-five minutes on one core.
    """
    return FrameRun(
        name="D",
        clip_spec=CLIP_SPEC,
        mix=FrameMix(
            self_blended=0.36,
            aligned=0.22,
            same_source=0.12,
            picture=0.06,
            decoded=0.24,
            synthesis=SYNTHESIS,
            late_share=0.5,
        ),
        optimisation=FrameOptimisation(num_steps=1000, peak_rate=2e-4, head_rate=2e-4),
        validate_every=100,
        seed=3,
        precision="bfloat16",
    )


def fifth() -> FrameRun:
    """`fourth` trained on for four times as long, at a full learning rate again and down to zero.

    Command: `fakestormer train fakestormer.recipes.image_network:fifth --data CACHE ... --out DIR`, from the result of
    `fourth` (or weights joined from it) and with the same caches. 75 minutes on one core.
    """
    return FrameRun(
        name="E",
        clip_spec=CLIP_SPEC,
        mix=FrameMix(
            self_blended=0.34,
            aligned=0.22,
            same_source=0.14,
            picture=0.06,
            decoded=0.24,
            synthesis=SYNTHESIS,
            late_share=0.5,
        ),
        optimisation=FrameOptimisation(num_steps=4400, peak_rate=2.5e-4, head_rate=2.5e-4),
        validate_every=100,
        seed=4,
        precision="bfloat16",
    )


def sixth() -> FrameRun:
    """`fourth` trained on with faces framed from as wide as a clip's crops to much closer. It made the default weights.

    Command: `fakestormer train fakestormer.recipes.image_network:sixth --data CACHE ... --out DIR`, from the result of
    `fourth` and with the same caches. Twenty-five minutes on one core.
    """
    closer = dataclasses.replace(SYNTHESIS, crop_margin=(5.0, 48.0))
    return FrameRun(
        name="T",
        clip_spec=CLIP_SPEC,
        mix=FrameMix(
            self_blended=0.34,
            aligned=0.22,
            same_source=0.14,
            picture=0.06,
            decoded=0.24,
            synthesis=closer,
            late_share=0.5,
        ),
        optimisation=FrameOptimisation(num_steps=1500, peak_rate=2.5e-4, head_rate=2.5e-4),
        validate_every=100,
        seed=11,
        precision="bfloat16",
    )
