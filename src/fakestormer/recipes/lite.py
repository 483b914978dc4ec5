"""The run that made the default weights."""

from __future__ import annotations

from fakestormer.data import ClipSampling
from fakestormer.model import ModelConfig
from fakestormer.synthesis import SynthesisConfig
from fakestormer.training import LossWeights, Optimisation, TrainRun, Validation
from fakestormer.types import ClipSpec


def lite() -> TrainRun:
    """The lite model on self-blended videos and photographs.

    Command: `fakestormer train fakestormer.recipes.lite:lite --data VIDEO_CACHE --data PHOTO_CACHE --out DIR`.

    The default weights are `last.safetensors` of this run, made in bfloat16 on a CPU that has instructions for it; many
    have none, so the recipe asks for float32, which runs everywhere. Why the vote is fitted and the rest trained, and
    why the two see different pseudo-fakes: docs/decisions/0012-direct-vote.md. Three quarters of an hour on one core;
    the result: README. Needs DINOv2's weights for the vote: see docs/training.md.
    """
    return TrainRun(
        name="lite",
        model=ModelConfig.lite(),
        # The normalisation that EfficientNet-Lite0's ImageNet weights were trained with.
        clip_spec=ClipSpec(mean=(127 / 255,) * 3, std=(128 / 255,) * 3),
        sampling=ClipSampling(still_share=0.3),
        synthesis=SynthesisConfig(),
        optimisation=Optimisation(
            num_steps=1000,
            pairs_per_step=6,
            peak_rate=5e-4,
            first_rate=1e-5,
            warmup_share=0.1,
            betas=(0.9, 0.995),
            gradient_clip=5.0,
            stem_rate=0.5,
            average_decay=0.99,
        ),
        loss=LossWeights(temporal=0.5),
        validation=Validation(num_pairs=48, every=200),
        warm_start="efficientnet_lite0",
        checkpoint_every=40,
        keep_every=100,
    )
