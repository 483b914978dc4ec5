"""The paper's runs (method, section 6): ViT-B/16 from MAE weights on the genuine videos of FaceForensics++."""

from __future__ import annotations

from dataclasses import replace

from fakestormer.data import ClipSampling
from fakestormer.model import ModelConfig
from fakestormer.synthesis import AugmentationConfig, SynthesisConfig
from fakestormer.training import Optimisation, TrainRun, Validation
from fakestormer.types import ClipSpec

PAIRS_PER_STEP = 64
NUM_VIDEOS = 720
# 256 frames cut in clips of 4: 64 of them at phase 0, 63 at the three others.
CLIPS_PER_VIDEO = 63.25
STEPS_PER_EPOCH = round(NUM_VIDEOS * CLIPS_PER_VIDEO / PAIRS_PER_STEP)


def paper_c23() -> TrainRun:
    """As published for compression c23: 200 epochs, 64 real and 64 pseudo-fake clips a step.

    Command: `FAKESTORMER_WARM_START=mae_base.safetensors torchrun --nproc-per-node 8 --no-python fakestormer train
    fakestormer.recipes.paper:paper_c23 --data CACHE --out DIR`, or without torchrun in one process:
    `fakestormer train fakestormer.recipes.paper:paper_c23 --data CACHE --out DIR`.
    Data: `prepare` on the 720 genuine training videos at c23, which need their owners' licence, and on the validation
    videos: `validation.held_out` of all identities given are validated on, not trained on. Start: ViT-B/16 of MAE
    as a safetensors file with timm's names. Hardware, hours and result: unknown, nobody has run it here. The paper
    states a video AUC of 92.4 % on Celeb-DF v2 for its own weights.
    """
    return TrainRun(
        name="paper_c23",
        model=ModelConfig.base(),
        clip_spec=ClipSpec(),
        sampling=ClipSampling(still_share=0.0, whole_epochs=True),
        synthesis=SynthesisConfig(
            augmentation=AugmentationConfig(p_low_resolution=0.0, p_blur=0.0, p_noise=0.0, p_recode=0.0)
        ),
        optimisation=Optimisation(
            num_steps=200 * STEPS_PER_EPOCH,
            pairs_per_step=PAIRS_PER_STEP,
            frozen_encoder_steps=5 * STEPS_PER_EPOCH,
            sam_rho=0.05,
        ),
        validation=Validation(every=STEPS_PER_EPOCH),
        warm_start="vit",
        precision="bfloat16",
        num_workers=8,
        checkpoint_every=STEPS_PER_EPOCH,
    )


def paper_c0() -> TrainRun:
    """As published for uncompressed videos (c0): 120 epochs, else as `paper_c23`.

    Command: `fakestormer train fakestormer.recipes.paper:paper_c0 --data CACHE --out DIR`, with torchrun as above.
    Hardware, hours and result: unknown. The paper states a video AUC of 96.5 % on Celeb-DF v2 for its own weights.
    """
    run = paper_c23()
    settings = replace(run.optimisation, num_steps=120 * STEPS_PER_EPOCH)
    return replace(run, name="paper_c0", optimisation=settings)
