"""A run with a direct vote: fitted before the first step, and left alone by all that follow."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest
import torch
from tests.pipeline.tiny_run import VOTE, tiny, voting
from tests.synthetic_cache import write_synthetic_cache

from fakestormer.data.cache import read_cache
from fakestormer.data.training_set import split_identities
from fakestormer.model import load_weights, preprocess
from fakestormer.training import train
from fakestormer.training.batches import vote_batches
from fakestormer.training.distributed import Team
from fakestormer.training.vote_fit import num_pairs_for_the_scale
from fakestormer.types import ConfigError

VOTE_TENSORS = "direct_vote."


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return write_synthetic_cache(tmp_path_factory.mktemp("drawn") / "cache")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, cache):
    folder = tmp_path_factory.mktemp("run") / "finished"
    heard = []
    train(voting(), [cache], folder, observe=lambda step, kind, numbers: heard.append((step, kind, numbers)))
    (folder / "heard.json").write_text(json.dumps(heard))
    return folder


def tensors(folder, name):
    return load_weights(folder / f"{name}.safetensors").model.state_dict()


def test_the_vote_is_fitted_and_every_step_leaves_it_alone(finished):
    early, late = tensors(finished, "step-1"), tensors(finished, "last")
    assert early["direct_vote.weight"].abs().max() > 0
    moved = {name for name in early if not torch.equal(early[name], late[name])}
    assert "classification_head.linear.weight" in moved
    assert any(name.startswith("encoder.") for name in moved)
    assert not any(name.startswith(VOTE_TENSORS) for name in moved)


def test_the_run_tells_how_far_the_fit_is_and_how_well_the_vote_does(finished):
    heard = json.loads((finished / "heard.json").read_text())
    seen = [numbers["pairs"] for _, kind, numbers in heard if kind == "fit"]
    assert seen == sorted(seen)
    assert seen[-1] == voting().optimisation.vote_pairs + num_pairs_for_the_scale(voting())
    kinds = [kind for _, kind, _ in heard]
    assert [kind for kind, _ in itertools.groupby(kinds)][:3] == ["fit", "vote", "train"]
    rows = [json.loads(line) for line in (finished / "metrics.jsonl").read_text().splitlines()]
    (row,) = [row for row in rows if row["kind"] == "vote"]
    assert row["auc"] > 0.65  # of people that the fit has not seen
    assert [row["kind"] for row in rows][:2] == ["vote", "train"]


def test_interrupted_right_behind_the_fit_it_ends_with_the_same_bits_and_fits_only_once(tmp_path, cache, finished):
    def stop(done, kind, numbers):
        if kind == "train":
            raise KeyboardInterrupt

    heard = []
    with pytest.raises(KeyboardInterrupt):
        train(voting(), [cache], tmp_path / "run", observe=stop)
    train(voting(), [cache], tmp_path / "run", resume=True, observe=lambda step, kind, numbers: heard.append(kind))
    assert "vote" not in heard
    one, other = tensors(finished, "last"), tensors(tmp_path / "run", "last")
    assert [name for name in one if not torch.equal(one[name], other[name])] == []
    rows = [json.loads(line)["kind"] for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert rows.count("vote") == 1


def test_the_steps_do_not_know_what_the_vote_says(tmp_path, cache, finished):
    run = voting()
    train(replace(run, optimisation=replace(run.optimisation, vote_ridge=5.0)), [cache], tmp_path / "run")
    one, other = tensors(finished, "last"), tensors(tmp_path / "run", "last")
    assert {name for name in one if not torch.equal(one[name], other[name])} == {
        "direct_vote.weight",
        "direct_vote.bias",
    }


def test_the_vote_is_fitted_to_single_frames_of_its_own_pseudo_fakes(cache):
    run = replace(voting(), num_workers=0)
    tracks = read_cache(cache)
    own, plain = (list(vote_batches(one, tracks, 20, 0)) for one in (run, replace(run, vote_synthesis=None)))
    assert sum(len(batch.clips) for batch in own) == 2 * 20
    assert own[0].clips.shape[1] == 1
    assert not torch.equal(own[0].clips, plain[0].clips)


def test_the_processes_of_a_team_share_the_pairs(cache):
    run, tracks = replace(voting(), num_workers=0), read_cache(cache)
    whole = [batch.clips for batch in vote_batches(run, tracks, 30, 0)]
    shares = [[batch.clips for batch in vote_batches(run, tracks, 30, 0, Team(rank, 2))] for rank in range(2)]
    assert len(whole) == 3
    for number, clips in enumerate(whole):
        assert torch.equal(shares[number % 2][number // 2], clips)


def test_the_fit_puts_its_own_pseudo_fakes_above_their_originals(cache, finished):
    model = load_weights(finished / "last.safetensors").model
    run = replace(voting(), num_workers=0)
    training, _ = split_identities(read_cache(cache), run.validation.held_out)
    in_order = []
    for batch in vote_batches(run, training, run.optimisation.vote_pairs, run.seed + 2):
        clips = preprocess(batch.clips, run.clip_spec.mean, run.clip_spec.std)
        with torch.no_grad():
            genuine, forged = model.direct_vote(model.direct_vote.embed(clips)).chunk(2)
        in_order += (forged > genuine).tolist()
    assert sum(in_order) / len(in_order) > 0.7


def test_stopped_during_the_fit_a_run_may_be_started_again_and_tells_of_one_fit(tmp_path, cache, finished):
    for kind in ("fit", "vote"):

        def stop(done, heard, numbers, kind=kind):
            if heard == kind:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(voting(), [cache], tmp_path / kind, observe=stop)
        train(voting(), [cache], tmp_path / kind, resume=kind == "vote")
        rows = [json.loads(line)["kind"] for line in (tmp_path / kind / "metrics.jsonl").read_text().splitlines()]
        assert rows.count("vote") == 1
        one, other = tensors(finished, "last"), tensors(tmp_path / kind, "last")
        assert [name for name in one if not torch.equal(one[name], other[name])] == []


def test_a_saved_vote_gives_the_logits_of_the_model_it_was_saved_from(finished):
    state = torch.load(finished / "checkpoint.pt", weights_only=True)["average"]
    model = load_weights(finished / "last.safetensors").model
    assert model.config.vote_blocks == VOTE["vote_blocks"]
    assert torch.equal(model.direct_vote.weight, state["direct_vote.weight"])
    clips = torch.randn(2, 4, 3, 64, 64)
    with torch.no_grad():
        half = model(clips).logits
        model.load_state_dict(state)
        torch.testing.assert_close(half, model(clips).logits, atol=0.05, rtol=0.02)


def test_a_vote_needs_blocks_to_read_and_pairs_to_be_fitted_to():
    fitted = replace(tiny().optimisation, vote_pairs=20)
    with pytest.raises(ConfigError, match=r"model\.vote_blocks=\(\), optimisation\.vote_pairs=20"):
        replace(tiny(), optimisation=fitted)
    with pytest.raises(ConfigError, match=r"model\.vote_blocks=\(1,\), optimisation\.vote_pairs=0"):
        replace(tiny(), model=replace(tiny().model, **VOTE))
    with pytest.raises(ConfigError, match="vote_synthesis given"):
        replace(tiny(), vote_synthesis=tiny().synthesis)
    with pytest.raises(ConfigError, match="vote_pairs of at least 10"):
        replace(tiny().optimisation, vote_pairs=9)
    with pytest.raises(ConfigError, match=r"vote_synthesis.* are \(32, 2, 2\)"):
        replace(voting(), vote_synthesis=replace(tiny().synthesis, image_size=32, num_rows=2, num_columns=2))
