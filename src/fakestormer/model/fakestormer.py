"""FakeSTormer (method, section 4): a clip in, one class logit, spatial logits and a temporal map out.

The tokens of a clip form a grid of (T + 1) x (N + 1):

    row 0      (0, 0) placeholder       (0, n) temporal token of patch position n
    row t      (t, 0) spatial token     (t, n) patch n of frame t - 1
                      of frame t - 1

Row 0 and column 0 hold the special tokens; frames and patches are counted from 1 in the grid. The placeholder has no
content of its own; it takes part in attention like every other token.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from fakestormer.model.attention import NORM_EPS, Attention, Perceptron
from fakestormer.model.config import ModelConfig
from fakestormer.model.output import ModelOutput
from fakestormer.model.stem import embed_frames, make_stem


class FakeSTormer(nn.Module):
    """Normalised clips to a logit, spatial logits and a temporal map.

    A clip's output does not depend on the other clips of its batch.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.classification_head = ClassificationHead(config.width)
        self.spatial_head = SpatialHead(config.width, config.head_dropout)
        self.temporal_head = TemporalHead(config.width)

    def forward(self, clips: Float[Tensor, "B T 3 H W"]) -> ModelOutput:
        """The three heads' answers, float32; `clips` as `preprocess` gives them, T and H = W as configured."""
        return self.answer(self.embed(clips))

    def embed(self, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T N D"]:
        """The patch embeddings of every frame, before attention exchanges anything between patches or frames."""
        return embed_frames(self.encoder.stem, clips)

    def answer(self, patches: Float[Tensor, "B T N D"]) -> ModelOutput:
        """The three heads' answers to patch embeddings."""
        grid: Tensor = self.encoder(patches)
        return ModelOutput(
            logits=self.classification_head(grid[:, 0, 1:]).float(),
            spatial_logits=self.spatial_head(grid[:, 1:, 0]).float(),
            temporal_map=self.temporal_head(patch_volume(grid[:, 1:, 1:], self.config.grid_size)).float(),
        )


class Encoder(nn.Module):
    """Stem, token grid, blocks, final norm: the revisited TimeSformer."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.stem = make_stem(config)
        self.patch_norm = nn.Identity() if config.stem == "linear" else nn.LayerNorm(config.width, eps=NORM_EPS)
        self.tokens = TokenGrid(config)
        last = max(1, config.depth - 1)
        self.blocks = nn.ModuleList(
            SpaceTimeBlock(config.width, config.num_heads, config.mlp_ratio, config.drop_path * index / last)
            for index in range(config.depth)
        )
        self.norm = nn.LayerNorm(config.width, eps=NORM_EPS)
        for module in self.blocks.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)
        if config.zero_init_temporal:
            for block in self.blocks:
                assert isinstance(block, SpaceTimeBlock)
                nn.init.zeros_(block.temporal_linear.weight)

    def forward(self, patches: Float[Tensor, "B T N D"]) -> Float[Tensor, "B T1 N1 D"]:
        """The grid of these patch embeddings after the last block and the final LayerNorm."""
        grid: Tensor = self.tokens(self.patch_norm(patches))
        for block in self.blocks:
            grid = block(grid)
        normalised: Tensor = self.norm(grid)
        return normalised


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


class SpaceTimeBlock(nn.Module):
    """Temporal attention, spatial attention, perceptron; each pre-norm with a residual (method, section 4)."""

    def __init__(self, width: int, num_heads: int, mlp_ratio: float, drop_path: float) -> None:
        super().__init__()
        self.temporal_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.temporal_attention = Attention(width, num_heads)
        self.temporal_linear = nn.Linear(width, width)
        self.spatial_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.spatial_attention = Attention(width, num_heads)
        self.mlp_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.mlp = Perceptron(width, mlp_ratio)
        self.drop_path = drop_path

    def forward(self, grid: Float[Tensor, "B T1 N1 D"]) -> Float[Tensor, "B T1 N1 D"]:
        """The grid after one block."""
        grid = grid + self._dropped(self.temporal_linear(self._along_time(self.temporal_norm(grid))))
        grid = grid + self._dropped(self._along_space(self.spatial_norm(grid)))
        return grid + self._dropped(self.mlp(self.mlp_norm(grid)))

    def _along_time(self, grid: Float[Tensor, "B T1 N1 D"]) -> Float[Tensor, "B T1 N1 D"]:
        """Attention within every column n of the grid."""
        batch, rows, columns, width = grid.shape
        sequences = grid.transpose(1, 2).reshape(batch * columns, rows, width)
        attended: Tensor = self.temporal_attention(sequences)
        return attended.view(batch, columns, rows, width).transpose(1, 2)

    def _along_space(self, grid: Float[Tensor, "B T1 N1 D"]) -> Float[Tensor, "B T1 N1 D"]:
        """Attention within every row t of the grid."""
        attended: Tensor = self.spatial_attention(grid.flatten(0, 1))
        return attended.view(grid.shape)

    def _dropped(self, update: Float[Tensor, "B T1 N1 D"]) -> Float[Tensor, "B T1 N1 D"]:
        """Stochastic depth: in training, a clip's update is left out with probability `drop_path`, else enlarged."""
        if not self.training or self.drop_path == 0:
            return update
        kept = update.new_empty(len(update), 1, 1, 1).bernoulli_(1 - self.drop_path)
        return update * (kept / (1 - self.drop_path))


class ClassificationHead(nn.Module):
    """Temporal tokens, averaged over patches, to one logit."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 1)

    def forward(self, temporal_tokens: Float[Tensor, "B N D"]) -> Float[Tensor, " B"]:
        """One logit a clip; fake is positive."""
        logits: Tensor = self.linear(temporal_tokens.mean(1))
        return logits.squeeze(1)


class SpatialHead(nn.Module):
    """Spatial tokens to one logit a frame, each frame by itself: T is not in the weights."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, width // 4)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(width // 4, 1)

    def forward(self, spatial_tokens: Float[Tensor, "B T D"]) -> Float[Tensor, "B T"]:
        """How vulnerable each frame's worst patch is, as a logit."""
        logits: Tensor = self.linear(self.dropout(functional.gelu(self.hidden(spatial_tokens))))
        return logits.squeeze(2)


class TemporalHead(nn.Module):
    """Patch tokens as a volume, two convolutions along time: D -> D/4 -> 1, kernels (3, 1, 1).

    The volume keeps the order (t, row, column); the authors' checkpoints do not, see `published.py`.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden = nn.Conv3d(width, width // 4, (3, 1, 1), padding=(1, 0, 0))
        self.last = nn.Conv3d(width // 4, 1, (3, 1, 1), padding=(1, 0, 0))

    def forward(self, volume: Float[Tensor, "B D T R C"]) -> Float[Tensor, "B T R C"]:
        """How much each patch's vulnerability changes, in the standardised units of the training targets."""
        change: Tensor = self.last(functional.gelu(self.hidden(volume)))
        return change.squeeze(1)


def patch_volume(patches: Float[Tensor, "B T N D"], rows: int) -> Float[Tensor, "B D T R C"]:
    """Patch tokens of row-major order as a volume with `rows` rows."""
    batch, frames, count, width = patches.shape
    return patches.reshape(batch, frames, rows, count // rows, width).permute(0, 4, 1, 2, 3)
