"""One training step, readable as the algorithm box of the paper."""

from __future__ import annotations

import torch
from torch import nn

from fakestormer.data.batch import Batch
from fakestormer.model import FakeSTormer, preprocess
from fakestormer.model.stem import EfficientNetStem
from fakestormer.training.config import Optimisation, TrainRun
from fakestormer.training.loss import Losses, training_losses
from fakestormer.training.schedule import learning_rate


def make_optimizer(model: FakeSTormer, settings: Optimisation) -> torch.optim.Adam:
    """Adam with two groups: the stem (its rate times `stem_rate`) and everything else."""
    stem = {id(weight) for weight in model.encoder.stem.parameters()}
    groups = [
        {"params": [w for w in model.parameters() if id(w) in stem], "scale": settings.stem_rate},
        {"params": [w for w in model.parameters() if id(w) not in stem], "scale": 1.0},
    ]
    return torch.optim.Adam(groups, lr=settings.first_rate, betas=settings.betas, weight_decay=settings.weight_decay)


def train_step(model: FakeSTormer, optimizer: torch.optim.Optimizer, batch: Batch, run: TrainRun, step: int) -> Losses:
    """The losses of the batch before the weights move by one step."""
    settings = run.optimisation
    freeze_encoder(model, frozen=step < settings.frozen_encoder_steps, stem_blocks=settings.frozen_stem_blocks)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step, settings) * group["scale"]
    losses = batch_losses(model, batch, run)
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(losses.total)
    if settings.gradient_clip is not None:
        nn.utils.clip_grad_norm_(model.parameters(), settings.gradient_clip)
    optimizer.step()
    return losses


def batch_losses(model: FakeSTormer, batch: Batch, run: TrainRun) -> Losses:
    """The losses of one batch in the run's precision."""
    clips = preprocess(batch.clips, run.clip_spec.mean, run.clip_spec.std)
    with torch.autocast(clips.device.type, torch.bfloat16, enabled=run.precision == "bfloat16"):
        output = model(clips)
    return training_losses(output, batch, run.loss)


def freeze_encoder(model: FakeSTormer, *, frozen: bool, stem_blocks: int | None) -> None:
    """Takes the encoder out of training, or puts it back, but for the stem blocks that never train."""
    model.encoder.requires_grad_(not frozen)
    stem = model.encoder.stem
    if stem_blocks is not None and isinstance(stem, EfficientNetStem):
        for part in (stem.first, *stem.blocks[:stem_blocks]):
            part.requires_grad_(False)
