"""Batch normalisation whose statistics never move."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn


class FrozenBatchNorm(nn.Module):
    """An affine map per channel: (x - running_mean) / sqrt(running_var + eps) * weight + bias.

    Statistics are buffers that training does not touch, so that a score never leans on the other clips of its batch;
    weight and bias may train.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_channels: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_channels))
        self.bias = nn.Parameter(torch.zeros(num_channels))
        self.register_buffer("running_mean", torch.zeros(num_channels))
        self.register_buffer("running_var", torch.ones(num_channels))

    def affine(self) -> tuple[Float[Tensor, " channels"], Float[Tensor, " channels"]]:
        """Scale and shift of every channel, ready to be folded into the convolution before."""
        scale = self.weight * torch.rsqrt(self.running_var + self.eps)
        return scale, self.bias - self.running_mean * scale

    def forward(self, maps: Float[Tensor, "S channels *positions"]) -> Float[Tensor, "S channels *positions"]:
        """Every channel scaled and shifted."""
        shape = (-1,) + (1,) * (maps.ndim - 2)
        scale, shift = self.affine()
        return maps * scale.view(shape) + shift.view(shape)
