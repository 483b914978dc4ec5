from __future__ import annotations

import torch
from torch import nn

from fakestormer.model.attention import Attention, Perceptron, attended
from fakestormer.model.config import ModelConfig
from fakestormer.model.fakestormer import Encoder, SpaceTimeBlock
from fakestormer.model.stem import embed_frames


def test_an_image_vit_is_unchanged_at_the_start() -> None:
    torch.manual_seed(0)
    encoder = Encoder(ModelConfig(name="test", width=24, depth=3, num_heads=3, image_size=48)).eval()
    with torch.no_grad():
        for block in encoder.blocks:
            for part in (block.spatial_attention, block.mlp, block.temporal_attention):
                for parameter in part.parameters():
                    parameter.normal_(std=0.2)
        clips = torch.randn(2, 4, 3, 48, 48)
        grid = encoder(embed_frames(encoder.stem, clips))
        image_vit = _image_vit(encoder, clips[:, 2])
    torch.testing.assert_close(grid[:, 3], image_vit, atol=1e-5, rtol=1e-4)


def _image_vit(encoder: Encoder, images: torch.Tensor) -> torch.Tensor:
    """A plain ViT of the encoder's own spatial parts on single frames, class token first."""
    patches = encoder.stem(images)
    token = encoder.tokens.spatial_token.expand(len(images), 1, -1)
    tokens = torch.cat([token, patches], 1) + encoder.tokens.spatial_positions
    for block in encoder.blocks:
        assert isinstance(block, SpaceTimeBlock)
        tokens = tokens + block.spatial_attention(block.spatial_norm(tokens))
        tokens = tokens + block.mlp(block.mlp_norm(tokens))
    return encoder.norm(tokens)


def test_stochastic_depth_drops_whole_clips_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    block = SpaceTimeBlock(width=8, num_heads=2, mlp_ratio=2.0, drop_path=0.25)
    for part in (block.temporal_linear, block.spatial_attention.proj):
        nn.init.zeros_(part.weight)
        nn.init.zeros_(part.bias)
    nn.init.zeros_(block.mlp.fc2.weight)
    nn.init.ones_(block.mlp.fc2.bias)
    with torch.no_grad():
        updates = block.train()(torch.zeros(4000, 2, 3, 8))
        assert set(updates.unique().tolist()) == {0.0, torch.tensor(1 / 0.75).item()}
        assert bool((updates == updates[:, :1, :1, :1]).all())
        assert abs(updates.mean().item() - 1) < 0.05
        assert bool((block.eval()(torch.zeros(5, 2, 3, 8)) == 1).all())


def test_bfloat16_attention_agrees_with_float32() -> None:
    torch.manual_seed(0)
    queries, keys, values = torch.randn(3, 7, 2, 9, 16).unbind(0)
    exact = attended(queries, keys, values)
    rough = attended(queries.bfloat16(), keys.bfloat16(), values.bfloat16())
    assert rough.dtype == torch.bfloat16
    torch.testing.assert_close(rough.float(), exact, atol=0.03, rtol=0.03)


def test_shared_parts_carry_timm_names() -> None:
    names = {*Attention(8, 2).state_dict(), *Perceptron(8, 4.0).state_dict()}
    assert names == {f"{layer}.{part}" for layer in ("qkv", "proj", "fc1", "fc2") for part in ("weight", "bias")}
