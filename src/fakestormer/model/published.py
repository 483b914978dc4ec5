"""The arithmetic of the authors' published checkpoints, quirks included.

Weights published with the paper were trained with three oddities, kept here and nowhere else, because other arithmetic
would not give the scores those weights were trained to give:

1. the temporal token starts as the embedded patch 0 of frame 0; the learned one is not used;
2. the spatial head reads the spatial-attention update of the last block, and T is baked into its last layer;
3. the temporal head reads patch tokens of the order (patch, frame) as if it were (frame, patch), so that the map's
   positions are scrambled; `unscrambled` puts them back for display.

In the authors' forward a clip of a larger batch starts its temporal token from the batch's first clip. Here it is
always the clip's own patch, which is what a batch of one gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from fakestormer.model.attention import NORM_EPS, Attention, Perceptron
from fakestormer.model.frozen_norm import FrozenBatchNorm
from fakestormer.model.output import ModelOutput
from fakestormer.types import ConfigError

HEAD_NORM_EPS = 1e-5


@dataclass(frozen=True, slots=True)
class PublishedConfig:
    """The shape of a published checkpoint; the authors' own is ViT-B/16 with T = 4."""

    width: int = 768
    depth: int = 12
    num_heads: int = 12
    image_size: int = 224
    num_frames: int = 4
    patch_size: int = 16
    mlp_ratio: float = 4.0
    name: str = "published"

    def __post_init__(self) -> None:
        if self.width % self.num_heads or self.image_size % self.patch_size:
            raise ConfigError(
                f"width={self.width} must be a multiple of num_heads={self.num_heads}, and "
                f"image_size={self.image_size} of patch_size={self.patch_size}"
            )

    @property
    def grid_size(self) -> int:
        """Rows, and columns, of patches in a frame."""
        return self.image_size // self.patch_size


@dataclass(frozen=True, slots=True)
class PublishedState:
    """What goes from block to block, and the spatial-attention update of each frame's spatial token."""

    patches: Float[Tensor, "B T N D"]
    spatial_token: Float[Tensor, "B D"]
    temporal_token: Float[Tensor, "B D"]
    frame_updates: Float[Tensor, "B T D"]


class PublishedBlock(nn.Module):
    """Temporal attention, spatial attention and perceptron on one spatial and one temporal token per clip."""

    def __init__(self, config: PublishedConfig) -> None:
        super().__init__()
        self.temporal_norm = nn.LayerNorm(config.width, eps=NORM_EPS)
        self.temporal_attention = Attention(config.width, config.num_heads)
        self.temporal_linear = nn.Linear(config.width, config.width)
        self.spatial_norm = nn.LayerNorm(config.width, eps=NORM_EPS)
        self.spatial_attention = Attention(config.width, config.num_heads)
        self.mlp_norm = nn.LayerNorm(config.width, eps=NORM_EPS)
        self.mlp = Perceptron(config.width, config.mlp_ratio)

    def forward(self, state: PublishedState) -> PublishedState:
        """The state after this block."""
        batch, frames, count, width = state.patches.shape
        tau = state.temporal_token[:, None, None].expand(batch, count, 1, width)
        columns = torch.cat([state.patches.transpose(1, 2), tau], dim=2).flatten(0, 1)
        gathered = self.temporal_linear(self.temporal_attention(self.temporal_norm(columns)))
        gathered = gathered.unflatten(0, (batch, count))
        patches = state.patches + gathered[:, :, :frames].transpose(1, 2)
        temporal_update = gathered[:, :, frames].mean(1)

        spatial = state.spatial_token[:, None, None].expand(batch, frames, 1, width)
        rows = torch.cat([spatial, patches], dim=2).flatten(0, 1)
        seen = self.spatial_attention(self.spatial_norm(rows)).unflatten(0, (batch, frames))
        patches = patches + seen[:, :, 1:]
        frame_updates = seen[:, :, 0]
        spatial_token = state.spatial_token + frame_updates.mean(1)
        temporal_token = state.temporal_token + temporal_update
        return PublishedState(
            patches=patches + self.mlp(self.mlp_norm(patches)),
            spatial_token=spatial_token + self.mlp(self.mlp_norm(spatial_token)),
            temporal_token=temporal_token + self.mlp(self.mlp_norm(temporal_token)),
            frame_updates=frame_updates,
        )


class PublishedSpatialHead(nn.Module):
    """The frames' updates together to T logits."""

    def __init__(self, config: PublishedConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.width, eps=NORM_EPS)
        self.hidden = nn.Linear(config.width, config.width // 4)
        self.linear = nn.Linear(config.num_frames * (config.width // 4), config.num_frames)

    def forward(self, updates: Float[Tensor, "B T D"]) -> Float[Tensor, "B T"]:
        """One logit a frame."""
        logits: Tensor = self.linear(functional.gelu(self.hidden(self.norm(updates))).flatten(1))
        return logits


class PublishedTemporalHead(nn.Module):
    """Three temporal convolutions, the first two with batch normalisation (statistics frozen) and GELU."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv3d(width, width, (3, 1, 1), padding=(1, 0, 0))
        self.first_norm = FrozenBatchNorm(width, HEAD_NORM_EPS)
        self.second = nn.Conv3d(width, width // 4, (3, 1, 1), padding=(1, 0, 0))
        self.second_norm = FrozenBatchNorm(width // 4, HEAD_NORM_EPS)
        self.last = nn.Conv3d(width // 4, 1, (3, 1, 1), padding=(1, 0, 0))

    def forward(self, volume: Float[Tensor, "B D T R C"]) -> Float[Tensor, "B T R C"]:
        """The map of the volume."""
        volume = functional.gelu(self.first_norm(self.first(volume)))
        volume = functional.gelu(self.second_norm(self.second(volume)))
        change: Tensor = self.last(volume)
        return change.squeeze(1)


class PublishedFakeSTormer(nn.Module):
    """The network of the published weights; for scoring only."""

    def __init__(self, config: PublishedConfig) -> None:
        super().__init__()
        self.config = config
        self.patch_embedding = nn.Conv2d(3, config.width, config.patch_size, config.patch_size)
        self.spatial_token = nn.Parameter(torch.zeros(config.width))
        self.spatial_positions = nn.Parameter(torch.zeros(config.grid_size**2 + 1, config.width))
        self.temporal_positions = nn.Parameter(torch.zeros(config.num_frames, config.width))
        self.blocks = nn.ModuleList(PublishedBlock(config) for _ in range(config.depth))
        self.norm = nn.LayerNorm(config.width, eps=NORM_EPS)
        self.classification_head = nn.Linear(config.width, 1)
        self.spatial_head = PublishedSpatialHead(config)
        self.temporal_head = PublishedTemporalHead(config.width)

    def forward(self, clips: Float[Tensor, "B T 3 H W"]) -> ModelOutput:
        """The published answers; positions of `temporal_map` are scrambled as trained, see `unscrambled`."""
        return self.answer(self.embed(clips))

    def embed(self, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T N D"]:
        """The patch embeddings, without positions."""
        embedded = self.patch_embedding(clips.flatten(0, 1)).flatten(2).transpose(1, 2)
        patches: Tensor = embedded.unflatten(0, clips.shape[:2])
        return patches

    def answer(self, patches: Float[Tensor, "B T N D"]) -> ModelOutput:
        """The published answers to patch embeddings."""
        batch, frames = patches.shape[:2]
        patches = patches + self.spatial_positions[1:] + self.temporal_positions[:, None]
        state = PublishedState(
            patches=patches,
            spatial_token=(self.spatial_token + self.spatial_positions[0]).expand(batch, -1),
            temporal_token=patches[:, 0, 0],
            frame_updates=patches.new_zeros(batch, frames, self.config.width),
        )
        for block in self.blocks:
            state = block(state)
        return ModelOutput(
            logits=self.classification_head(self.norm(state.temporal_token)).squeeze(1).float(),
            spatial_logits=self.spatial_head(state.frame_updates).float(),
            temporal_map=self.temporal_head(self._misread_volume(self.norm(state.patches))).float(),
        )

    def _misread_volume(self, patches: Float[Tensor, "B T N D"]) -> Float[Tensor, "B D T R C"]:
        """Patch tokens of the order (patch, frame) read as (frame, row, column)."""
        size = self.config.grid_size
        batch, frames, _, width = patches.shape
        return patches.transpose(1, 2).reshape(batch, frames, size, size, width).permute(0, 4, 1, 2, 3)

    def unscrambled(self, temporal_map: Float[Tensor, "B T R C"]) -> Float[Tensor, "B T R C"]:
        """The map with every value at the frame and patch it was computed from, for display."""
        batch, frames, rows, columns = temporal_map.shape
        by_patch = temporal_map.reshape(batch, rows * columns, frames)
        return by_patch.transpose(1, 2).reshape(batch, frames, rows, columns)
