"""Attention and the space-time block against loops over single tokens, written from the method's section 4."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from fakestormer.model.attention import Attention
from fakestormer.model.fakestormer import SpaceTimeBlock


def slow_attention(attention: Attention, tokens: list[Tensor]) -> list[Tensor]:
    """One sequence of vectors; head by head, query by query."""
    width = len(tokens[0])
    size = width // attention.num_heads
    projected = [attention.qkv.weight @ token + attention.qkv.bias for token in tokens]
    gathered = [torch.zeros(width) for _ in tokens]
    for head in range(attention.num_heads):
        part = slice(head * size, (head + 1) * size)
        queries = [vector[:width][part] for vector in projected]
        keys = [vector[width : 2 * width][part] for vector in projected]
        values = [vector[2 * width :][part] for vector in projected]
        for place, query in enumerate(queries):
            weights = [math.exp(float(query @ key) / math.sqrt(size)) for key in keys]
            total = sum(weights)
            for weight, value in zip(weights, values, strict=True):
                gathered[place][part] += weight / total * value
    return [attention.proj.weight @ vector + attention.proj.bias for vector in gathered]


def slow_norm(norm: nn.LayerNorm, token: Tensor) -> Tensor:
    centred = token - token.sum() / len(token)
    variance = (centred * centred).sum() / len(token)
    return centred / math.sqrt(float(variance) + 1e-6) * norm.weight + norm.bias


def slow_perceptron(block: SpaceTimeBlock, token: Tensor) -> Tensor:
    hidden = block.mlp.fc1.weight @ token + block.mlp.fc1.bias
    hidden = torch.tensor([0.5 * h * (1 + math.erf(h / math.sqrt(2))) for h in hidden.tolist()])
    return block.mlp.fc2.weight @ hidden + block.mlp.fc2.bias


def slow_block(block: SpaceTimeBlock, grid: Tensor) -> Tensor:
    """One clip's grid (T + 1, N + 1, D)."""
    rows, columns, _ = grid.shape
    grid = grid.clone()
    updated = grid.clone()
    for n in range(columns):
        column = [slow_norm(block.temporal_norm, grid[t, n]) for t in range(rows)]
        for t, update in enumerate(slow_attention(block.temporal_attention, column)):
            updated[t, n] += block.temporal_linear.weight @ update + block.temporal_linear.bias
    grid, updated = updated, updated.clone()
    for t in range(rows):
        row = [slow_norm(block.spatial_norm, grid[t, n]) for n in range(columns)]
        for n, update in enumerate(slow_attention(block.spatial_attention, row)):
            updated[t, n] += update
    for t in range(rows):
        for n in range(columns):
            updated[t, n] = updated[t, n] + slow_perceptron(block, slow_norm(block.mlp_norm, updated[t, n]))
    return updated


@pytest.fixture
def block() -> SpaceTimeBlock:
    torch.manual_seed(5)
    made = SpaceTimeBlock(width=12, num_heads=3, mlp_ratio=2.0, drop_path=0.3).eval().requires_grad_(False)
    for parameter in made.parameters():
        parameter.normal_(std=0.4)
    return made


def test_attention_agrees_with_the_slow_one(block: SpaceTimeBlock) -> None:
    tokens = torch.randn(2, 7, 12)
    for sequence, got in zip(tokens, block.spatial_attention(tokens), strict=True):
        slow = torch.stack(slow_attention(block.spatial_attention, list(sequence)))
        torch.testing.assert_close(got, slow, atol=1e-5, rtol=1e-4)


def test_block_agrees_with_the_slow_one(block: SpaceTimeBlock) -> None:
    grid = torch.randn(2, 4, 5, 12)
    slow = torch.stack([slow_block(block, clip) for clip in grid])
    torch.testing.assert_close(block(grid), slow, atol=1e-4, rtol=1e-4)
