"""Which patches made the class score: a first-order attribution at the patch embeddings."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from fakestormer.model.fakestormer import FakeSTormer
from fakestormer.model.published import PublishedFakeSTormer


def attribute(model: FakeSTormer | PublishedFakeSTormer, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T R C"]:
    """How much every patch of every frame raised its clip's logit; below 0 it lowered it.

    Gradient times difference: the slope of the logit along each patch embedding, times how far that embedding lies from
    the mean of its clip. So a patch that looks like all others counts nothing, however the network leans on it. The
    model must be in eval mode; its parameters' gradients are left alone.
    """
    with torch.no_grad():
        patches = model.embed(clips).float()
    with torch.enable_grad():
        patches = patches.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(model.answer(patches).logits.sum(), patches)
    own = patches.detach()
    size = model.config.grid_size
    return (slope * (own - own.mean((1, 2), keepdim=True))).sum(-1).unflatten(2, (size, size))
