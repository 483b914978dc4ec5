"""Exponential moving average of the weights: what is validated and shipped when a run asks for it."""

from __future__ import annotations

import copy

import torch
from torch import nn


class WeightAverage:
    """A copy of the model whose weights follow the trained ones: average += (1 - decay) (weights - average).

    Early on the decay is (1 + step) / (10 + step) where that is smaller, so that the start is forgotten soon.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self._decay = decay

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """One step towards the model's weights; buffers are copied."""
        decay = min(self._decay, (1 + step) / (10 + step))
        averaged = dict(self.model.named_parameters())
        for name, weight in model.named_parameters():
            averaged[name].lerp_(weight.detach(), 1 - decay)
        kept = dict(self.model.named_buffers())
        for name, buffer in model.named_buffers():
            kept[name].copy_(buffer)
