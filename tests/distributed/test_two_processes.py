"""Two processes on gloo do what one does with the joined batch."""

from __future__ import annotations

import pytest
import torch
from tests.distributed.team_worker import CASES, NUM_PAIRS, pairs_as_batch, run_of, steps_of, work

from fakestormer.model import FakeSTormer
from fakestormer.training.distributed import ALONE, even_parts
from fakestormer.training.loss import count_terms
from fakestormer.training.step import batch_losses

pytestmark = pytest.mark.distributed
# Sums in another order, in float32; relative to a tensor's largest entry.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("team")
    torch.multiprocessing.spawn(work, args=(str(folder),), nprocs=2)
    return [torch.load(folder / f"rank-{rank}.pt") for rank in range(2)]


def assert_alike(one, other):
    assert one.keys() == other.keys()
    apart = {
        name: float((one[name] - other[name]).abs().max() / (other[name].abs().max() + 1e-6))
        for name in one
        if one[name].is_floating_point()
    }
    assert {name: value for name, value in apart.items() if not value < TOLERANCE} == {}


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("sam", "sam, accumulated")])
def test_gradients_and_losses_are_those_of_one_process_with_the_joined_batch(ranks, name):
    alone = steps_of(CASES[name], ALONE)
    for rank in ranks:
        assert_alike(rank[name]["gradients"], alone["gradients"])
        assert rank[name]["losses"] == pytest.approx(alone["losses"], rel=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_both_processes_hold_the_same_weights_to_the_bit(ranks, name):
    first, second = (rank[name]["weights"] for rank in ranks)
    assert all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.parametrize("name", ["sam", "sam, accumulated"])
def test_with_sam_each_process_climbs_by_its_own_share_and_the_sum_is_taken_there(ranks, name):
    """One step, written out: every share climbs alone, and gradients at the two places add."""
    run = run_of(CASES[name])
    torch.manual_seed(0)
    model = FakeSTormer(run.model)
    start = {key: value.clone() for key, value in model.state_dict().items()}
    shares = [pairs_as_batch(part) for part in even_parts(range(NUM_PAIRS), 2)]
    counts = count_terms(shares, ALONE)
    wanted = {key: torch.zeros_like(weight) for key, weight in model.named_parameters()}
    for share in shares:
        weights = dict(model.named_parameters())
        slopes = torch.autograd.grad(batch_losses(model, share, run, counts).total, list(weights.values()))
        norm = sum(float(slope.square().sum()) for slope in slopes) ** 0.5
        for weight, slope in zip(weights.values(), slopes, strict=True):
            weight.data += 0.5 * slope / norm
        there = torch.autograd.grad(batch_losses(model, share, run, counts).total, list(weights.values()))
        for key, slope in zip(weights, there, strict=True):
            wanted[key] += slope
        model.load_state_dict(start)
    assert_alike(ranks[0][f"{name}, one step"]["gradients"], wanted)
