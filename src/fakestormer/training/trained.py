"""Which weights move: the optimiser over all of them, and what is frozen at a step."""

from __future__ import annotations

import torch
from torch import nn

from fakestormer.model import FakeSTormer
from fakestormer.model.frozen_norm import FrozenBatchNorm
from fakestormer.model.stem import EfficientNetStem
from fakestormer.training.config import Optimisation


def make_optimizer(model: FakeSTormer, settings: Optimisation) -> torch.optim.Optimizer:
    """Adam or AdamW with two groups: the encoder's stem (its rate times `stem_rate`) and everything else."""
    stem = {id(weight) for weight in model.encoder.stem.parameters()}
    groups = [
        {"params": [w for w in model.parameters() if id(w) in stem], "scale": settings.stem_rate},
        {"params": [w for w in model.parameters() if id(w) not in stem], "scale": 1.0},
    ]
    kind = torch.optim.AdamW if settings.optimiser == "adamw" else torch.optim.Adam
    return kind(groups, lr=settings.first_rate, betas=settings.betas, weight_decay=settings.weight_decay)


def choose_trained(model: FakeSTormer, settings: Optimisation, step: int) -> None:
    """Freezes what does not train at this step and thaws the rest.

    The heads train. The encoder waits for `frozen_encoder_steps`; then the part of it that `trained` names does,
    but for the stem blocks that never train.
    """
    model.requires_grad_(True)
    model.encoder.requires_grad_(step >= settings.frozen_encoder_steps and settings.trained == "all")
    if step >= settings.frozen_encoder_steps and settings.trained != "all":
        _thaw_norms(model.encoder)
        if settings.trained == "norms_and_temporal":
            for name, weight in model.encoder.named_parameters():
                weight.requires_grad_(weight.requires_grad or "temporal" in name)
    if settings.frozen_stem_blocks is not None:
        for stem in (module for module in model.modules() if isinstance(module, EfficientNetStem)):
            for part in (stem.first, *stem.blocks[: settings.frozen_stem_blocks]):
                part.requires_grad_(False)


def choose_ever_trained(model: FakeSTormer, settings: Optimisation) -> bool:
    """Freezes what no step of the run trains; whether some of the rest rests at some steps, too."""
    choose_trained(model, settings, settings.num_steps)
    return settings.frozen_encoder_steps > 0


def _thaw_norms(encoder: nn.Module) -> None:
    for module in encoder.modules():
        if isinstance(module, nn.LayerNorm | FrozenBatchNorm):
            module.requires_grad_(True)
