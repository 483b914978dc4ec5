"""The run that made the default weights."""

from __future__ import annotations

from fakestormer.data.training_set import ClipSampling
from fakestormer.model import ModelConfig
from fakestormer.synthesis import AugmentationConfig, SynthesisConfig
from fakestormer.training.config import LossWeights, Optimisation, TrainRun, Validation
from fakestormer.types import ClipSpec


def lite() -> TrainRun:
    """The lite model on self-blended videos and photographs.

    Command: `fakestormer train fakestormer.recipes.lite:lite --data VIDEO_CACHE --data PHOTO_CACHE --out DIR`.
    """
    return TrainRun(
        name="lite",
        model=ModelConfig.lite(),
        # The normalisation that EfficientNet-Lite0's ImageNet weights were trained with.
        clip_spec=ClipSpec(mean=(127 / 255,) * 3, std=(128 / 255,) * 3),
        sampling=ClipSampling(still_share=0.4),
        # What the paper has, and little beyond it: blur, noise and reduction wash out what a short run can learn.
        synthesis=SynthesisConfig(
            p_cutout=0.25,
            augmentation=AugmentationConfig(p_low_resolution=0.0, p_blur=0.0, p_noise=0.0, p_recode=0.1),
        ),
        optimisation=Optimisation(
            num_steps=900,
            pairs_per_step=6,
            single_frame_steps=600,
            peak_rate=5e-4,
            first_rate=1e-5,
            warmup_share=0.1,
            betas=(0.9, 0.995),
            gradient_clip=5.0,
            average_decay=0.99,
            stem_rate=0.5,
        ),
        loss=LossWeights(temporal=0.5),
        validation=Validation(num_pairs=48, every=100),
        warm_start="efficientnet_lite0",
        precision="bfloat16",
        keep_every=100,
    )
