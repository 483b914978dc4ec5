"""A run in two stages: the direct vote, then everything else as if there were no vote."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests.pipeline.tiny_run import tiny, voting
from tests.synthetic_cache import write_synthetic_cache

from fakestormer.data.cache import read_cache
from fakestormer.model import load_weights
from fakestormer.training import train
from fakestormer.training.batches import training_steps
from fakestormer.types import ConfigError

FIRST = "direct_vote."


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return write_synthetic_cache(tmp_path_factory.mktemp("drawn") / "cache")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, cache):
    folder = tmp_path_factory.mktemp("run") / "finished"
    train(voting(), [cache], folder)
    return folder


def moved(folder, before, after):
    """Names of the tensors that differ between two files of a run."""
    one, other = (load_weights(folder / f"{name}.safetensors").model.state_dict() for name in (before, after))
    return {name for name in one if not torch.equal(one[name], other[name])}


def test_first_the_vote_is_learnt_and_nothing_else(finished):
    names = moved(finished, "step-1", "step-3")
    assert any(name.startswith("direct_vote.stem.") for name in names)
    assert "direct_vote.linear.weight" in names
    assert all(name.startswith(FIRST) for name in names)


def test_then_the_rest_is_learnt_and_the_vote_stays(finished):
    names = moved(finished, "step-3", "last")
    assert "classification_head.linear.weight" in names
    assert any(name.startswith("encoder.stem.") for name in names)
    assert any(name.startswith("temporal_head.") for name in names)
    assert not any(name.startswith(FIRST) for name in names)


def test_the_best_weights_are_never_those_of_the_vote_alone(finished):
    assert moved(finished, "best", "last") == set()
    assert moved(finished, "best", "step-3") != set()


def test_the_vote_rests_as_the_average_that_is_shipped(finished):
    state = torch.load(finished / "checkpoint.pt", weights_only=True)
    for name, weight in state["model"].items():
        if name.startswith(FIRST):
            assert torch.equal(weight, state["average"][name]), name


@pytest.mark.parametrize("step", [2, 3, 4])
def test_interrupted_before_at_or_after_the_change_it_ends_with_the_same_bits(tmp_path, cache, finished, step):
    def stop(done, kind, numbers):
        if kind == "train" and done == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(voting(), [cache], tmp_path / "run", observe=stop)
    assert not (tmp_path / "run" / "best.safetensors").exists()  # the vote alone was validated, and is never the best
    train(voting(), [cache], tmp_path / "run", resume=True)
    one, other = (load_weights(f / "last.safetensors").model.state_dict() for f in (finished, tmp_path / "run"))
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


def test_a_vote_that_the_model_lacks_cannot_be_trained_first():
    with pytest.raises(ConfigError, match="vote_steps=2 trains a vote that the model lacks"):
        replace(tiny(), optimisation=replace(tiny().optimisation, vote_steps=2))


def test_the_vote_and_the_rest_may_see_different_pseudo_fakes(cache):
    run = replace(voting(), num_workers=0)
    same = replace(run, vote_synthesis=None)
    plain, softer = ([parts[0].clips for parts in training_steps(one, read_cache(cache), 0)] for one in (same, run))
    votes = run.optimisation.vote_steps
    assert [torch.equal(one, other) for one, other in zip(plain, softer, strict=True)] == [
        step >= votes for step in range(run.optimisation.num_steps)
    ]


def test_pseudo_fakes_for_the_vote_need_steps_that_are_its_alone():
    run = voting()
    with pytest.raises(ConfigError, match="vote_steps=3 and single_frame_steps=2 must be the same"):
        replace(run, vote_synthesis=run.synthesis, optimisation=replace(run.optimisation, single_frame_steps=2))
    with pytest.raises(ConfigError, match="vote_steps=0 and single_frame_steps=0 must be the same, and not 0"):
        replace(tiny(), vote_synthesis=run.synthesis)
    with pytest.raises(ConfigError, match=r"vote_synthesis.* are \(32, 2, 2\)"):
        replace(run, vote_synthesis=replace(run.synthesis, image_size=32, num_rows=2, num_columns=2))
