"""Sharpness-aware minimisation (method, section 6): the gradient is taken where the loss is highest nearby.

A step has two passes. After the first the weights w climb to w + rho g / |g|, g being the gradient and |g| its norm
over all trained weights together; the second pass gives the gradient there. Then the weights are put back where they
stood, and the optimiser moves them by the second gradient. (Foret and others, arXiv 2010.01412.)
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

# Keeps a gradient of zero from a division by zero; far below any norm that matters.
SMALLEST_NORM = 1e-12

Stood = list[tuple[nn.Parameter, Tensor]]


@torch.no_grad()
def ascend(weights: Iterable[nn.Parameter], rho: float) -> Stood:
    """The weights that have gradients, each with its value before it climbed; they are now `rho` away from there."""
    stood: Stood = [(weight, weight.detach().clone()) for weight in weights if weight.grad is not None]
    gradients = [weight.grad for weight, _ in stood if weight.grad is not None]
    length = rho / (nn.utils.get_total_norm(gradients) + SMALLEST_NORM)
    for (weight, _), gradient in zip(stood, gradients, strict=True):
        weight.add_(gradient * length)
    return stood


@torch.no_grad()
def descend(stood: Stood) -> None:
    """Puts the weights back, to the bit, where they stood; gradients stay."""
    for weight, value in stood:
        weight.copy_(value)
