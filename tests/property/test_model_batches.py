"""A clip's outputs do not depend on the company it is scored in."""

from __future__ import annotations

import functools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from fakestormer.model import FakeSTormer, ModelConfig, ModelOutput, PublishedConfig, PublishedFakeSTormer

SIZES = {
    "learned": ModelConfig(name="test", width=16, depth=2, num_heads=2, image_size=32, num_frames=3),
    "lite": ModelConfig(
        name="test",
        width=16,
        depth=1,
        num_heads=2,
        image_size=32,
        num_frames=3,
        stem="efficientnet_lite0",
        token_start="pooled",
        zero_init_temporal=False,
    ),
    "published": PublishedConfig(width=16, depth=2, num_heads=2, image_size=32, num_frames=3),
}


@functools.cache
def made(kind: str) -> FakeSTormer | PublishedFakeSTormer:
    torch.manual_seed(1)
    config = SIZES[kind]
    model = PublishedFakeSTormer(config) if isinstance(config, PublishedConfig) else FakeSTormer(config)
    for name, parameter in model.named_parameters():
        if ".stem." not in name:
            torch.nn.init.normal_(parameter, std=0.3)
    return model.eval().requires_grad_(False)


def numbers(output: ModelOutput) -> Tensor:
    return torch.cat([output.logits[:, None], output.spatial_logits, output.temporal_map.flatten(1)], 1)


@pytest.mark.parametrize("kind", sorted(SIZES))
@settings(max_examples=12, deadline=None, derandomize=True)
@given(order=st.permutations(range(5)), split=st.integers(1, 4), padding=st.integers(0, 3), seed=st.integers(0, 99))
def test_permuting_padding_and_splitting_a_batch_leaves_every_clips_numbers(
    kind: str, order: list[int], split: int, padding: int, seed: int
) -> None:
    model = made(kind)
    clips = torch.randn(5, 3, 3, 32, 32, generator=torch.Generator().manual_seed(seed))
    whole = numbers(model(clips))
    permuted = torch.cat([clips[order], 100 * torch.ones(padding, 3, 3, 32, 32)])
    parts = torch.cat([numbers(model(permuted[:split])), numbers(model(permuted[split:]))])
    torch.testing.assert_close(parts[:5], whole[order], atol=2e-5, rtol=1e-4)
