"""The token grid: patch embeddings, spatial and temporal tokens, and where everything stands.

    row 0      (0, 0) placeholder       (0, n) temporal token of patch position n
    row t      (t, 0) spatial token     (t, n) patch n of frame t - 1
                      of frame t - 1

Row 0 and column 0 hold the special tokens, as in the method's section 4, with frames counted from 1 in the grid and
patches likewise. The placeholder has no content of its own; it takes part in attention like every other token.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.config import ModelConfig


class TokenGrid(nn.Module):
    """Lays patch embeddings out as the grid (T + 1) x (N + 1), with position embeddings by n and by t added."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.pooled = config.token_start == "pooled"
        self.spatial_token = nn.Parameter(torch.zeros(config.width))
        self.temporal_token = nn.Parameter(torch.zeros(config.width))
        self.spatial_positions = nn.Parameter(torch.zeros(config.num_patches + 1, config.width))
        self.temporal_positions = nn.Parameter(torch.zeros(config.num_frames + 1, config.width))
        for learned in (self.spatial_token, self.temporal_token, self.spatial_positions):
            nn.init.trunc_normal_(learned, std=0.02)
        if not config.zero_init_temporal:  # frames look alike to an image ViT at the start, to lite they need not
            nn.init.trunc_normal_(self.temporal_positions, std=0.02)

    def forward(self, patches: Float[Tensor, "B T N D"]) -> Float[Tensor, "B T1 N1 D"]:
        """The grid that enters the first block."""
        batch, frames, count, width = patches.shape
        spatial = self.spatial_token.expand(batch, frames, 1, width)
        temporal = self.temporal_token.expand(batch, 1, count, width)
        if self.pooled:
            spatial = spatial + patches.mean(2, keepdim=True)
            temporal = temporal + patches.mean(1, keepdim=True)
        corner = patches.new_zeros(batch, 1, 1, width)
        first_row = torch.cat([corner.to(temporal.dtype), temporal], dim=2)
        frame_rows = torch.cat([spatial, patches.to(spatial.dtype)], dim=2)
        grid = torch.cat([first_row, frame_rows], dim=1)
        return grid + self.spatial_positions + self.temporal_positions[: frames + 1, None]
