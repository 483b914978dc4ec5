"""The smallest training run that goes through everything: a recipe as a user would write one."""

from __future__ import annotations

from dataclasses import replace

from fakestormer.data.training_set import ClipSampling
from fakestormer.model import ModelConfig
from fakestormer.synthesis import SynthesisConfig
from fakestormer.training import Optimisation, TrainRun, Validation
from fakestormer.types import ClipSpec


def tiny() -> TrainRun:
    """Four steps of two pairs; dropout and stochastic depth are on, so that a lost random state shows."""
    return TrainRun(
        name="tiny run",
        model=ModelConfig(name="test", width=16, depth=2, num_heads=2, image_size=64, drop_path=0.5),
        clip_spec=ClipSpec(image_size=64),
        sampling=ClipSampling(still_share=0.3),
        synthesis=SynthesisConfig(image_size=64, num_rows=4, num_columns=4),
        optimisation=Optimisation(num_steps=4, pairs_per_step=2, peak_rate=1e-2, average_decay=0.9),
        validation=Validation(held_out=0.15, num_pairs=2, every=2),
        num_workers=0,
        checkpoint_every=2,
    )


def sharp() -> TrainRun:
    """Long enough to be killed in the middle, with two passes a step, parts, an average, and a start on the heads."""
    settings = replace(tiny().optimisation, num_steps=24, sam_rho=0.05, accumulate=2, frozen_encoder_steps=2)
    run = replace(tiny(), name="sharp run", optimisation=settings)
    return replace(run, validation=replace(run.validation, every=5), checkpoint_every=3)


def steady() -> TrainRun:
    """Nothing in it depends on how many processes share it: no dropout, and all climb by the joined gradient."""
    run = sharp()
    settings = replace(run.optimisation, num_steps=6, pairs_per_step=4, peak_rate=1e-3, sam_joined_ascent=True)
    model = replace(run.model, drop_path=0.0, head_dropout=0.0)
    validation = replace(run.validation, num_pairs=6)
    return replace(run, name="steady run", model=model, optimisation=settings, validation=validation)


def warm() -> TrainRun:
    """One step from an image ViT's weights."""
    settings = replace(tiny().optimisation, num_steps=1)
    return replace(tiny(), name="warm run", optimisation=settings, warm_start="vit")
