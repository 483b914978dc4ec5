from __future__ import annotations

import dataclasses

import torch

from fakestormer.model.config import ModelConfig
from fakestormer.model.fakestormer import TokenGrid

CONFIG = ModelConfig(name="test", width=8, depth=1, num_heads=2, image_size=32, num_frames=3)


def test_every_token_stands_where_the_method_puts_it() -> None:
    tokens = TokenGrid(CONFIG)
    patches = torch.randn(2, 3, 4, 8)
    with torch.no_grad():
        tokens.temporal_positions.normal_()
        grid = tokens(patches)
        bare = grid - tokens.spatial_positions - tokens.temporal_positions[:, None]
        assert grid.shape == (2, 4, 5, 8)
        torch.testing.assert_close(bare[:, 1:, 1:], patches)
        torch.testing.assert_close(bare[:, 1:, 0], tokens.spatial_token.expand(2, 3, 8))
        torch.testing.assert_close(bare[:, 0, 1:], tokens.temporal_token.expand(2, 4, 8))
        torch.testing.assert_close(bare[:, 0, 0], torch.zeros(2, 8))


def test_pooled_tokens_start_with_the_mean_of_the_patches_they_stand_for() -> None:
    tokens = TokenGrid(dataclasses.replace(CONFIG, token_start="pooled"))
    patches = torch.randn(2, 3, 4, 8)
    with torch.no_grad():
        bare = tokens(patches) - tokens.spatial_positions - tokens.temporal_positions[:, None]
        torch.testing.assert_close(bare[:, 1:, 0], tokens.spatial_token + patches.mean(2))
        torch.testing.assert_close(bare[:, 0, 1:], tokens.temporal_token + patches.mean(1))
