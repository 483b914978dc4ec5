"""ViT-S from DINOv2's weights: all of it trained, or only its norms, or those and the temporal layers."""

from __future__ import annotations

from dataclasses import replace

from fakestormer.data import ClipSampling
from fakestormer.model import ModelConfig
from fakestormer.synthesis import SynthesisConfig
from fakestormer.training import LossWeights, Optimisation, TrainRun, Validation
from fakestormer.types import ClipSpec


def small_dino() -> TrainRun:
    """ViT-S/16 from DINOv2's ViT-S/14, every weight trained, with SAM.

    Command: `fakestormer train fakestormer.recipes.small_dino:small_dino --data CACHE --out DIR`.
    Patch kernels are resampled from 14 to 16 pixels, positions from 37 x 37 to 14 x 14. Temporal tokens start with the
    mean of the patches they stand for, as in lite, so that there is something to see while temporal attention is still
    silent. Needs the weights: see docs/training.md. Hardware, hours and result: unknown, nobody has run it to its end.
    """
    return TrainRun(
        name="small_dino",
        model=replace(ModelConfig.small(), token_start="pooled", drop_path=0.1),
        clip_spec=ClipSpec(),
        sampling=ClipSampling(still_share=0.25),
        synthesis=SynthesisConfig(),
        optimisation=Optimisation(
            num_steps=4000,
            pairs_per_step=32,
            optimiser="adamw",
            sam_rho=0.05,
            gradient_clip=5.0,
            average_decay=0.999,
            frozen_encoder_steps=100,
        ),
        # Fifty times a squared error that starts near 1 leaves a run this short little gradient for the class.
        loss=LossWeights(temporal=0.5),
        validation=Validation(every=200),
        warm_start="dinov2_small",
        precision="bfloat16",
        num_workers=4,
    )


def small_dino_norms() -> TrainRun:
    """`small_dino` with the encoder's norms and the heads trained, everything else as DINOv2 left it.

    Command: `fakestormer train fakestormer.recipes.small_dino:small_dino_norms --data CACHE --out DIR`.
    Temporal attention stays silent: this encoder sees frames and their mean, and only the temporal head joins frames.
    Hardware, hours and result: unknown, nobody has run it to its end.
    """
    run = small_dino()
    settings = replace(run.optimisation, trained="norms", peak_rate=5e-4)
    return replace(run, name="small_dino_norms", optimisation=settings)


def small_dino_norms_temporal() -> TrainRun:
    """`small_dino_norms` with the temporal layers, token and positions trained as well.

    Command: `fakestormer train fakestormer.recipes.small_dino:small_dino_norms_temporal --data CACHE --out DIR`.
    Hardware, hours and result: unknown, nobody has run it to its end.
    """
    run = small_dino_norms()
    settings = replace(run.optimisation, trained="norms_and_temporal", peak_rate=2e-4)
    return replace(run, name="small_dino_norms_temporal", optimisation=settings)
