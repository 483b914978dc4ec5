"""Stage 1, from a cache to the weights of an image network, whole and in two parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.lite_network import speck
from tests.synthetic_cache import write_synthetic_cache

from fakestormer.data import FrameMix
from fakestormer.model import FakeSTormer, LiteFakeSTormer, load_weights, save_weights
from fakestormer.synthesis import SynthesisConfig
from fakestormer.training import FrameOptimisation, FrameRun, join_members, train_frames
from fakestormer.training.frames import read_image_network
from fakestormer.training.metrics_log import read_rows
from fakestormer.types import ClipSpec, ConfigError, WeightsError

MIX = FrameMix(1.0, 0.0, 0.0, 0.0, 0.0, synthesis=SynthesisConfig(image_size=64, num_rows=4, num_columns=4))
SETTINGS = FrameOptimisation(num_steps=4, pairs_per_step=1, warmup_steps=1)
RUN = FrameRun(
    "tiny", ClipSpec(image_size=64), MIX, SETTINGS, 0.15, validation_pairs=2, validate_every=4, checkpoint_every=2
)


class KilledError(Exception):
    """What ends a run in the middle of a step."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return write_synthetic_cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def start(tmp_path_factory) -> Path:
    """An image network to start from, so that no ImageNet weights are needed."""
    path = tmp_path_factory.mktemp("start") / "image_network.safetensors"
    save_file(speck().image_network.state_dict(), path, {"fakestormer": json.dumps({"steps_done": 0})})
    return path


@pytest.fixture(scope="module")
def finished(tmp_path_factory, cache, start) -> Path:
    return train_frames(RUN, [cache], tmp_path_factory.mktemp("whole"), start_from=start)


def numbers_of(folder):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in read_rows(folder)]


def test_a_run_that_is_killed_and_resumed_ends_as_one_that_never_was_to_the_bit(tmp_path, cache, start, finished):
    def kill(step, kind, numbers):
        if step == 2:  # one step behind the checkpoint
            raise KilledError

    with pytest.raises(KilledError):
        train_frames(RUN, [cache], tmp_path, observe=kill, start_from=start)
    resumed = train_frames(RUN, [cache], tmp_path, resume=True, start_from=start)
    whole, parts = load_file(finished), load_file(resumed)
    assert sorted(whole) == sorted(parts)
    assert all(torch.equal(parts[name], tensor) for name, tensor in whole.items())
    assert numbers_of(tmp_path / "metrics.jsonl") == numbers_of(finished.parent / "metrics.jsonl")


def test_a_run_moves_the_weights_and_logs_every_step_and_its_validation(finished, start):
    before, after = load_file(start), load_file(finished)
    assert not torch.equal(before["head.weight"], after["head.weight"])
    assert not torch.equal(before["first.weight"], after["first.weight"])
    rows = read_rows(finished.parent / "metrics.jsonl")
    assert [row["step"] for row in rows if row["kind"] == "train"] == [0, 1, 2, 3]
    (validation,) = [row for row in rows if row["kind"] == "validation"]
    assert 0 <= validation["auc_self_blended"] <= 1


def test_a_folder_with_another_run_or_with_none_is_refused(tmp_path, cache, start, finished):
    with pytest.raises(ConfigError, match="holds a run already"):
        train_frames(RUN, [cache], finished.parent, start_from=start)
    with pytest.raises(ConfigError, match="contains no run"):
        train_frames(RUN, [cache], tmp_path / "none", resume=True, start_from=start)


def test_two_members_trained_apart_are_joined_to_one_file(tmp_path, finished):
    clip_network = speck().fakestormer
    assert isinstance(clip_network, FakeSTormer)
    save_weights(tmp_path / "clip.safetensors", clip_network, ClipSpec(image_size=32), {"name": "c"}, None, {"a": 1})
    join_members(tmp_path / "clip.safetensors", finished, tmp_path / "joined.safetensors")
    joined = load_weights(tmp_path / "joined.safetensors")
    assert isinstance(joined.model, LiteFakeSTormer)
    for name, tensor in load_file(finished).items():
        torch.testing.assert_close(joined.model.image_network.state_dict()[name], tensor, atol=1e-3, rtol=1e-3)
    assert joined.training_record["clip_network"] == {"a": 1}
    assert joined.training_record["image_network"]["run"]["name"] == "tiny"
    tensors, record = read_image_network(tmp_path / "joined.safetensors")  # joined weights can be trained on
    assert tensors.keys() == load_file(finished).keys()
    assert record["run"]["name"] == "tiny"
    with pytest.raises(WeightsError, match=r"none\.safetensors not found"):
        join_members(tmp_path / "clip.safetensors", tmp_path / "none.safetensors", tmp_path / "x")
