from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests.distributed.team_worker import NUM_PAIRS, PLAIN, pairs_as_batch, run_of, steps_of

from fakestormer.model import FakeSTormer
from fakestormer.training import Optimisation
from fakestormer.training.distributed import ALONE, Team, even_parts, share_of
from fakestormer.training.step import train_step
from fakestormer.training.trained import make_optimizer
from fakestormer.types import ConfigError


@pytest.mark.parametrize("settings", [PLAIN, replace(PLAIN, sam_rho=0.5)])
def test_a_batch_in_parts_moves_the_weights_as_the_whole_does(settings: Optimisation) -> None:
    """Parts keep different numbers of patches, so a mean of their means would not do."""
    whole, parted = (steps_of(replace(settings, accumulate=parts), ALONE, 1) for parts in (1, 3))
    assert parted["losses"] == pytest.approx(whole["losses"], rel=1e-5)
    for name, gradient in whole["gradients"].items():
        assert torch.allclose(parted["gradients"][name], gradient, rtol=1e-3, atol=1e-5), name


def test_both_passes_of_sam_draw_the_same_dropout() -> None:
    """With no distance between the two passes they see the same network, and SAM's gradient is the plain one."""
    base = run_of(replace(PLAIN, num_steps=2))
    run = replace(base, model=replace(base.model, drop_path=0.5, head_dropout=0.5))
    found = []
    for rho in (None, 1e-12):
        torch.manual_seed(3)
        model = FakeSTormer(run.model).train()
        step = replace(run, optimisation=replace(run.optimisation, sam_rho=rho))
        train_step(model, make_optimizer(model, step.optimisation), [pairs_as_batch([0, 1])], step, 0)
        found.append(({name: weight.grad for name, weight in model.named_parameters()}, torch.rand(1)))
    (plain, next_draw), (sharp, same_draw) = found
    assert all(torch.allclose(sharp[name], plain[name], rtol=1e-4, atol=1e-6) for name in plain)
    assert torch.equal(next_draw, same_draw)  # and the draws of the next step are those of a run without SAM


def test_sam_finds_another_gradient_than_the_plain_step() -> None:
    plain, sharp = (steps_of(replace(PLAIN, sam_rho=rho), ALONE, 1)["gradients"] for rho in (None, 0.5))
    assert not torch.allclose(plain["classification_head.linear.weight"], sharp["classification_head.linear.weight"])


def test_the_shares_of_a_team_make_the_whole() -> None:
    shares = [share_of(range(NUM_PAIRS), Team(rank, 3)) for rank in range(3)]
    assert [number for share in shares for number in share] == list(range(NUM_PAIRS))
    assert [len(part) for part in even_parts(range(7), 3)] == [2, 2, 3]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"accumulate": 6}, "accumulate=6 must part the pairs_per_step=5"),
        ({"sam_rho": 0.0}, "sam_rho=0.0 must be above 0"),
        ({"sam_joined_ascent": True}, "sam_joined_ascent=True says nothing where sam_rho=None"),
    ],
)
def test_contradictions_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        replace(PLAIN, **changes)
