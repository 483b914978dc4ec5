"""The smallest network of the default kind: a clip network and an image network, both with random weights."""

from __future__ import annotations

import torch

from fakestormer.model import LiteFakeSTormer, ModelConfig

SPECK = ModelConfig(
    name="speck",
    width=16,
    depth=1,
    num_heads=1,
    image_size=32,
    stem="efficientnet_lite0",
    token_start="pooled",
    zero_init_temporal=False,
)


def speck(config: ModelConfig = SPECK, seed: int = 0) -> LiteFakeSTormer:
    """In eval mode; the last layer of the image network, which starts at zero, speaks."""
    torch.manual_seed(seed)
    model = LiteFakeSTormer(config).eval()
    for weight in model.image_network.parameters():
        if weight.ndim == 4:  # so that numbers keep their size from layer to layer, as in trained networks
            torch.nn.init.kaiming_normal_(weight)
    torch.nn.init.normal_(model.image_network.head.weight, std=0.1)
    return model
