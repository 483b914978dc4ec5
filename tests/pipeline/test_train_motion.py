"""The motion member, from a cache to joined weights, whole and in two parts."""

from __future__ import annotations

import dataclasses
import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.laid_landmarks import LaidLandmarks
from tests.lite_network import speck
from tests.synthetic_cache import write_synthetic_cache

import fakestormer.training.motion as motion_module
from fakestormer.model import LiteFakeSTormer, load_weights, save_weights
from fakestormer.recipes.motion import member
from fakestormer.training import join_members, train_motion
from fakestormer.training.metrics_log import read_rows
from fakestormer.types import ClipSpec, ConfigError, DataError, WeightsError

RUN = dataclasses.replace(
    member(), name="tiny", landmark_steps=3, motion_steps=2, held_out=0.15, checkpoint_every=2, precision="float32"
)


class KilledError(Exception):
    """What ends a run in the middle of a step."""


@pytest.fixture(scope="module", autouse=True)
def _without_imagenet_weights():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(motion_module, "efficientnet_file", lambda: None)
        patch.setattr(motion_module, "warm_start_landmark_network", lambda network, path: None)
        yield


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return write_synthetic_cache(tmp_path_factory.mktemp("cache"), num_frames=18)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, cache):
    return train_motion(RUN, [cache], tmp_path_factory.mktemp("whole"), landmarker=LaidLandmarks())


@pytest.mark.parametrize("step", [2, 6])
def test_a_run_killed_in_either_network_and_resumed_ends_as_one_that_never_was(tmp_path, cache, finished, step):
    def kill(at, kind, numbers):
        if at == step:
            raise KilledError

    with pytest.raises(KilledError):
        train_motion(RUN, [cache], tmp_path, observe=kill, landmarker=LaidLandmarks())
    resumed = train_motion(RUN, [cache], tmp_path, resume=True, landmarker=LaidLandmarks())
    whole, parts = load_file(finished), load_file(resumed)
    assert all(torch.equal(parts[name], tensor) for name, tensor in whole.items())
    steps = [row["step"] for row in read_rows(tmp_path / "metrics.jsonl")]
    assert steps == list(range(RUN.num_steps))


def test_a_folder_of_another_run_and_caches_without_videos_are_refused(tmp_path, cache, finished):
    with pytest.raises(ConfigError, match="holds a run already"):
        train_motion(RUN, [cache], finished.parent, landmarker=LaidLandmarks())
    other = dataclasses.replace(RUN, seed=7)
    with pytest.raises(ConfigError, match="contains no run of this recipe"):
        train_motion(other, [cache], finished.parent, resume=True, landmarker=LaidLandmarks())
    stills = write_synthetic_cache(tmp_path / "stills", num_frames=1)
    with pytest.raises(DataError, match="no cached track has 6 frames"):
        train_motion(RUN, [stills], tmp_path / "run", landmarker=LaidLandmarks())


def test_a_motion_member_is_joined_kept_and_read_back(tmp_path, finished):
    lite = speck()
    save_weights(tmp_path / "clip.safetensors", lite.fakestormer, ClipSpec(image_size=32), {"name": "c"}, None, {})
    image = tmp_path / "image.safetensors"
    save_file(lite.image_network.state_dict(), image, {"fakestormer": json.dumps({"run": {"name": "i"}})})
    joined, again = tmp_path / "joined.safetensors", tmp_path / "again.safetensors"
    join_members(tmp_path / "clip.safetensors", image, joined, finished)
    join_members(joined, joined, again, averaged_with=[image])
    for path in (joined, again):
        loaded = load_weights(path)
        assert isinstance(loaded.model, LiteFakeSTormer)
        assert loaded.model.motion_member is not None
        for name, tensor in load_file(finished).items():
            found = loaded.model.motion_member.state_dict()[name]
            torch.testing.assert_close(found, tensor, atol=2e-3, rtol=2e-3)
        assert loaded.clip_spec.window == RUN.clip_spec.window
        assert loaded.rule.motion_weight == 1.0
        assert loaded.training_record["motion_member"]["run"]["name"] == "tiny"
    with pytest.raises(WeightsError, match="not a motion member"):
        join_members(joined, image, tmp_path / "x", image)


def test_the_mean_of_two_image_networks_lies_half_way_between_them(tmp_path):
    one, other = speck(seed=0), speck(seed=1)
    save_weights(tmp_path / "clip.safetensors", one.fakestormer, ClipSpec(image_size=32), {"name": "c"}, None, {})
    for name, model in (("one", one), ("other", other)):
        note = {"fakestormer": json.dumps({"run": {"name": name}})}
        save_file(model.image_network.state_dict(), tmp_path / name, note)
    join_members(tmp_path / "clip.safetensors", tmp_path / "one", tmp_path / "out", averaged_with=[tmp_path / "other"])
    joined = load_weights(tmp_path / "out").model.image_network.state_dict()
    pairs = zip(one.image_network.state_dict().items(), other.image_network.state_dict().values(), strict=True)
    for (name, here), there in pairs:
        torch.testing.assert_close(joined[name].float(), (here.float() + there.float()) / 2, atol=2e-3, rtol=2e-3)
