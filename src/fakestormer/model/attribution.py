"""Which patches the class score hangs on: a first-order attribution at the patch embeddings."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from fakestormer.model.fakestormer import FakeSTormer
from fakestormer.model.lite import LiteFakeSTormer
from fakestormer.model.published import PublishedFakeSTormer

# Of the Gaussian that smooths the map, in patches: a single patch says too little (decision 0011).
SMOOTHING = 1.0
RADIUS = 4

Network = FakeSTormer | LiteFakeSTormer | PublishedFakeSTormer


def attribute(
    model: Network, clips: Float[Tensor, "B T 3 H W"], clip_weight: float = 1.0, frame_weight: float = 1.0
) -> Float[Tensor, "B T R C"]:
    """How much of its clip's logit hangs on every patch of every frame, in either direction; 0 or more.

    The slope of the logit along each number of a patch embedding, times how far that number lies from its mean over the
    clip; the sizes of these products, added up and smoothed over neighbouring patches. A patch that looks like all
    others counts nothing, however steep the slope. With their signs kept, the products point past the forged places.

    Args:
        model: in eval mode; gradients that its parameters hold are left alone.
        clips: as `preprocess` gives them.
        clip_weight: of a FakeSTormer's logit in the score.
        frame_weight: of the mean of an image network's frame logits in the score.
    """
    if not isinstance(model, LiteFakeSTormer):
        return smoothed(clip_weight * _of_a_clip_network(model, clips))
    found = clip_weight * _of_a_clip_network(model.fakestormer, clips)
    return smoothed(found + frame_weight * _of_an_image_network(model, clips))


def _of_a_clip_network(
    model: FakeSTormer | PublishedFakeSTormer, clips: Float[Tensor, "B T 3 H W"]
) -> Float[Tensor, "B T R C"]:
    with torch.no_grad():
        patches = model.embed(clips).float()
    sizes = _sizes(patches, lambda embedded: model.answer(embedded).logits, over=(1, 2)).sum(-1)
    size = model.config.grid_size
    return sizes.reshape(*sizes.shape[:2], size, size)


def _of_an_image_network(model: LiteFakeSTormer, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T R C"]:
    with torch.no_grad():
        maps = model.image_network.embed(clips.flatten(0, 1)).float()
        maps = maps.reshape(*clips.shape[:2], *maps.shape[1:])

    def mean_logit(maps: Tensor) -> Tensor:
        logits: Tensor = model.image_network.answer(maps.flatten(0, 1))
        return logits.view(clips.shape[:2]).mean(1)

    return _sizes(maps, mean_logit, over=(1, 3, 4)).sum(2)


def _sizes(embedded: Tensor, logit: Callable[[Tensor], Tensor], over: tuple[int, ...]) -> Tensor:
    """The size of slope times distance from the mean over the axes `over`, for every number."""
    with torch.enable_grad():
        embedded = embedded.detach().requires_grad_(True)
        (slopes,) = torch.autograd.grad(logit(embedded).sum(), embedded)
    values = embedded.detach()
    return (slopes * (values - values.mean(over, keepdim=True))).abs()


def smoothed(maps: Float[Tensor, "B T R C"]) -> Float[Tensor, "B T R C"]:
    """The maps after a Gaussian over rows and columns; the border is repeated outside."""
    places = torch.arange(-RADIUS, RADIUS + 1, device=maps.device, dtype=maps.dtype)
    weights = torch.exp(-0.5 * (places / SMOOTHING) ** 2)
    weights = weights / weights.sum()
    padded = functional.pad(maps.flatten(0, 1)[:, None], (RADIUS,) * 4, mode="replicate")
    rows = functional.conv2d(padded, weights[None, None, :, None])
    both: Tensor = functional.conv2d(rows, weights[None, None, None, :])
    return both.reshape(maps.shape)
