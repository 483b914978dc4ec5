"""EfficientNet-Lite0, whole, with one logit a frame: what the default model says about single pictures.

Beyond the paper. Tan and Le, arXiv 1905.11946, table 1, in the "lite" form: ReLU6, no squeeze-and-excitation.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from fakestormer.model.stem import LITE0_BLOCKS, LITE0_FIRST_CHANNELS, ConvNorm, InvertedResidual

# Behind stride 16: (kernel, stride, expansion, output channels), as in `LITE0_BLOCKS`.
LAST_BLOCKS = ((5, 2, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192), (3, 1, 6, 320))
HEAD_CHANNELS = 1280


class ImageNetwork(nn.Module):
    """EfficientNet-Lite0 with its ImageNet head replaced by one logit; runs in channels-last memory.

    The statistics of its batch normalisations are frozen, so a picture's answer does not depend on its batch. The last
    layer starts at zero.
    """

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        self.first = ConvNorm(3, LITE0_FIRST_CHANNELS, 3, 2)
        blocks = []
        channels = LITE0_FIRST_CHANNELS
        for kernel, stride, expansion, outputs in (*LITE0_BLOCKS, *LAST_BLOCKS):
            blocks.append(InvertedResidual(channels, outputs, kernel, stride, expansion))
            channels = outputs
        self.blocks = nn.ModuleList(blocks)
        self.last = ConvNorm(channels, HEAD_CHANNELS, 1)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(HEAD_CHANNELS, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, images: Float[Tensor, "S 3 H W"]) -> Float[Tensor, " S"]:
        """One logit a picture, float32; forged is positive."""
        return self.answer(self.embed(images))

    def embed(self, images: Float[Tensor, "S 3 H W"]) -> Float[Tensor, "S 112 R C"]:
        """The feature map at stride 16."""
        maps = images.contiguous(memory_format=torch.channels_last)
        maps = functional.relu6(self.first(maps), inplace=True)
        for block in self.blocks[: len(LITE0_BLOCKS)]:
            maps = block(maps)
        return maps

    def answer(self, maps: Float[Tensor, "S 112 R C"]) -> Float[Tensor, " S"]:
        """The logits of feature maps at stride 16."""
        for block in self.blocks[len(LITE0_BLOCKS) :]:
            maps = block(maps)
        pooled = functional.relu6(self.last(maps), inplace=True).mean((2, 3))
        logits: Tensor = self.head(self.dropout(pooled))
        return logits.squeeze(1).float()
