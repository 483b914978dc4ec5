"""Exponential moving average of the weights: what is validated and shipped when a run asks for it."""

from __future__ import annotations

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def average_weights(model: nn.Module, decay: float) -> AveragedModel:
    """A copy of the model whose weights follow the trained ones: average += (1 - decay) (weights - average).

    Early on the decay is (1 + step) / (10 + step) where that is smaller, so that the start is soon forgotten.
    """

    def follow(averaged: Tensor, weight: Tensor, num_averaged: Tensor | int) -> Tensor:
        step = int(num_averaged)
        return averaged.lerp(weight, 1 - min(decay, (1 + step) / (10 + step)))

    average = AveragedModel(model, avg_fn=follow)
    average.module.eval().requires_grad_(False)
    return average
