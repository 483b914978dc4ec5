"""Which patches the class score hangs on: a first-order attribution at the patch embeddings."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from fakestormer.model.fakestormer import FakeSTormer
from fakestormer.model.published import PublishedFakeSTormer

# Of the Gaussian that smooths the map, in patches: a single patch says too little (decision 0011).
SMOOTHING = 1.0
RADIUS = 4


def attribute(model: FakeSTormer | PublishedFakeSTormer, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T R C"]:
    """How much of its clip's logit hangs on every patch of every frame, in either direction; 0 or more.

    The slope of the logit along each number of a patch embedding, times how far that number lies from its mean over the
    clip; the sizes of these products, added up and smoothed over neighbouring patches. A patch that looks like all
    others counts nothing, however steep the slope. With their signs kept, the products point past the forged places.
    A direct vote has hundreds of numbers a patch whose shares nearly cancel: of its patches the size of the sum counts.
    They have been through attention, so that this part is less local.
    The model must be in eval mode; gradients that its parameters hold are left alone.
    """
    with torch.no_grad():
        embedded = [patches.float() for patches in model.embed(clips)]
    with torch.enable_grad():
        embedded = [patches.detach().requires_grad_(True) for patches in embedded]
        slopes = torch.autograd.grad(model.answer(tuple(embedded)).logits.sum(), embedded)
    products = [
        slope * (patches - patches.mean((1, 2), keepdim=True))
        for patches, slope in zip((one.detach() for one in embedded), slopes, strict=True)
    ]
    size = model.config.grid_size
    own = on_grid(products[0].abs().sum(-1), size)
    of_the_vote = [on_grid(one.sum(-1).abs(), size) for one in products[1:]]
    return smoothed(torch.stack([own, *of_the_vote]).sum(0))


def on_grid(values: Float[Tensor, "B T V"], size: int) -> Float[Tensor, "B T R C"]:
    """Shares of the patches of a square grid, handed to a grid of size x size by the area that they cover there."""
    own = math.isqrt(values.shape[2])
    maps = values.reshape(*values.shape[:2], own, own)
    covered = overlaps(own, size).to(values)
    return covered @ maps @ covered.T


def overlaps(own: int, size: int) -> Float[Tensor, "size own"]:
    """How much of each of `own` equal parts of a line lies in each of `size` equal parts; columns add up to 1."""
    ours, theirs = torch.arange(own + 1) / own, torch.arange(size + 1) / size
    ends = torch.minimum(ours[None, 1:], theirs[1:, None])
    starts = torch.maximum(ours[None, :-1], theirs[:-1, None])
    return (ends - starts).clamp(min=0) * own


def smoothed(maps: Float[Tensor, "B T R C"]) -> Float[Tensor, "B T R C"]:
    """The maps after a Gaussian over rows and columns; the border is repeated outside."""
    places = torch.arange(-RADIUS, RADIUS + 1, device=maps.device, dtype=maps.dtype)
    weights = torch.exp(-0.5 * (places / SMOOTHING) ** 2)
    weights = weights / weights.sum()
    padded = functional.pad(maps.flatten(0, 1)[:, None], (RADIUS,) * 4, mode="replicate")
    rows = functional.conv2d(padded, weights[None, None, :, None])
    both: Tensor = functional.conv2d(rows, weights[None, None, None, :])
    return both.reshape(maps.shape)
