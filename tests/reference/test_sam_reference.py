"""SAM against its formula, written out number by number."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from fakestormer.training.sam import ascend, descend

RHO = 0.05
START = {"a": [0.3, -1.2], "b": [0.7]}


def loss_of(a: list[float], b: list[float]) -> float:
    return a[0] ** 4 + 3 * a[0] * a[1] + math.sin(2 * b[0]) * a[1] ** 2


def slopes_of(a: list[float], b: list[float]) -> list[float]:
    """Derivatives of the loss by a[0], a[1] and b[0], by hand."""
    return [
        4 * a[0] ** 3 + 3 * a[1],
        3 * a[0] + 2 * a[1] * math.sin(2 * b[0]),
        2 * math.cos(2 * b[0]) * a[1] ** 2,
    ]


def torch_loss(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return a[0] ** 4 + 3 * a[0] * a[1] + torch.sin(2 * b[0]) * a[1] ** 2


def test_the_gradient_is_taken_a_radius_up_the_slope_and_the_weights_return_to_the_bit() -> None:
    weights = [nn.Parameter(torch.tensor(START[name], dtype=torch.float64)) for name in ("a", "b")]
    idle = nn.Parameter(torch.ones(2))  # frozen weights have no gradient: they do not climb and do not count
    before = [weight.detach().clone() for weight in weights]
    torch.autograd.backward(torch_loss(*weights))
    stood = ascend([*weights, idle], RHO)
    slopes = slopes_of(START["a"], START["b"])
    norm = math.sqrt(sum(slope**2 for slope in slopes))
    flat = [value + RHO * slope / norm for value, slope in zip([*START["a"], *START["b"]], slopes, strict=True)]
    assert torch.cat([weight.detach() for weight in weights]).tolist() == pytest.approx(flat, rel=1e-9)
    for weight in weights:
        weight.grad = None
    torch.autograd.backward(torch_loss(*weights))
    descend(stood)
    wanted = slopes_of(flat[:2], flat[2:])
    assert torch.cat([weight.grad for weight in weights]).tolist() == pytest.approx(wanted, rel=1e-9)
    assert all(torch.equal(weight, value) for weight, value in zip(weights, before, strict=True))
    assert torch.equal(idle, torch.ones(2))


def test_the_climb_ends_where_the_loss_is_higher() -> None:
    weights = [nn.Parameter(torch.tensor(START[name], dtype=torch.float64)) for name in ("a", "b")]
    torch.autograd.backward(torch_loss(*weights))
    ascend(weights, RHO)
    assert float(torch_loss(*weights).detach()) > loss_of(START["a"], START["b"])


def test_without_any_slope_nothing_moves() -> None:
    weight = nn.Parameter(torch.ones(3))
    weight.grad = torch.zeros(3)
    ascend([weight], RHO)
    assert torch.equal(weight.detach(), torch.ones(3))
