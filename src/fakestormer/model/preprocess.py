"""From uint8 crops to the tensor the network takes: the only place where pixels are normalised."""

from __future__ import annotations

import torch
from jaxtyping import Float, UInt8
from torch import Tensor


def preprocess(
    images: UInt8[Tensor, "B T H W 3"],
    mean: tuple[float, float, float],
    std: tuple[float, float, float],
) -> Float[Tensor, "B T 3 H W"]:
    """The crops as (value / 255 - mean) / std, float32, channels before rows.

    `images` are RGB; `mean` and `std` are the ClipSpec's, in [0, 1]. Memory stays channels-last, as the stem likes it.
    """
    scale = torch.tensor([1 / (255 * deviation) for deviation in std], device=images.device)
    shift = torch.tensor(
        [-middle / deviation for middle, deviation in zip(mean, std, strict=True)], device=images.device
    )
    return torch.addcmul(shift, images.float(), scale).permute(0, 1, 4, 2, 3)
