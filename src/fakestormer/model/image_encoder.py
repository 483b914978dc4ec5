"""The first blocks of an image ViT: what the direct vote sees a face with."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.attention import NORM_EPS, Attention, Perceptron
from fakestormer.model.config import ModelConfig

HEAD_WIDTH, MLP_RATIO = 64, 4.0  # of every usual image ViT


class ImageEncoder(nn.Module):
    """An image ViT up to the last block that is asked for; its final LayerNorm and later blocks do not exist."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width, size = config.vote_width, config.vote_patch_size
        self.taps = config.vote_blocks
        self.projection = nn.Conv2d(3, width, size, size)
        self.class_token = nn.Parameter(torch.zeros(width))
        self.positions = nn.Parameter(torch.zeros(1 + config.vote_grid_size**2, width))
        self.blocks = nn.ModuleList(ImageBlock(width) for _ in range(self.taps[-1]))

    def forward(self, images: Float[Tensor, "S 3 H W"]) -> Float[Tensor, "S V E"]:
        """Every patch behind every block of `vote_blocks`, side by side: E is as many times the ViT's width."""
        patches = self.projection(images).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(images), 1, -1), patches], dim=1) + self.positions
        tapped = []
        for number, block in enumerate(self.blocks, start=1):
            tokens = block(tokens)
            if number in self.taps:
                tapped.append(tokens[:, 1:])
        return torch.cat(tapped, dim=-1)


class ImageBlock(nn.Module):
    """Spatial attention and a perceptron, each pre-norm with a residual."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.attention = Attention(width, width // HEAD_WIDTH)
        self.mlp_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.mlp = Perceptron(width, MLP_RATIO)

    def forward(self, tokens: Float[Tensor, "S L D"]) -> Float[Tensor, "S L D"]:
        """The tokens after the block."""
        tokens = tokens + self.attention(self.attention_norm(tokens))
        mixed: Tensor = tokens + self.mlp(self.mlp_norm(tokens))
        return mixed
