"""The revisited TimeSformer: frames in, a normalised grid of tokens out."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.attention import NORM_EPS
from fakestormer.model.block import SpaceTimeBlock
from fakestormer.model.config import ModelConfig
from fakestormer.model.stem import embed_frames, make_stem
from fakestormer.model.tokens import TokenGrid


class Encoder(nn.Module):
    """Stem, token grid, blocks, final norm."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.stem = make_stem(config)
        # Not in the stem: the direct vote has one alike, and the norm would take from it how strongly patches answer.
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

    def embed(self, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T N D"]:
        """The patch embeddings of every frame, before anything is exchanged between patches or frames by attention."""
        return embed_frames(self.stem, clips)

    def mix(self, patches: Float[Tensor, "B T N D"]) -> Float[Tensor, "B T1 N1 D"]:
        """The grid of these patch embeddings after the last block and the final LayerNorm."""
        grid: Tensor = self.tokens(self.patch_norm(patches))
        for block in self.blocks:
            grid = block(grid)
        normalised: Tensor = self.norm(grid)
        return normalised
