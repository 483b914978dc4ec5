"""`run.json` is enough to run it again."""

from __future__ import annotations

import json
import shutil
import sys
from importlib import metadata

import cv2
import pytest
import torch
from safetensors.torch import save_file
from tests.pipeline.tiny_run import tiny
from tests.synthetic_cache import write_synthetic_cache
from tests.unit.training.test_start import image_vit

from fakestormer.model import load_weights
from fakestormer.training import read_record, train
from fakestormer.training.tensorboard import TensorBoard
from fakestormer.types import ConfigError


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return write_synthetic_cache(tmp_path_factory.mktemp("drawn") / "cache")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, cache):
    folder = tmp_path_factory.mktemp("run") / "finished"
    train(tiny(), [cache], folder)
    return folder


def test_a_recorded_run_is_the_run(finished, cache):
    recorded = read_record(finished / "run.json")
    assert recorded.run == tiny()
    assert recorded.caches == (cache,)
    record = json.loads((finished / "run.json").read_text())
    assert len(record["data_sha256"]) == 64
    assert record["environment"]["torch"] == metadata.version("torch")
    assert record["held_out_identities"] == ["edda"]


def test_from_run_gives_the_same_weights(finished, tmp_path, run):
    ended = run("train", "--from-run", finished / "run.json", "--out", tmp_path / "again")
    assert ended.code == 0
    one, other = (load_weights(f / "last.safetensors").model.state_dict() for f in (finished, tmp_path / "again"))
    assert [name for name in one if not torch.equal(one[name], other[name])] == []


def test_a_run_is_not_repeated_on_other_data(finished, cache, tmp_path, run):
    shutil.copytree(cache, tmp_path / "other")
    (tmp_path / "other" / "bo.safetensors").unlink()
    ended = run("train", "--from-run", finished / "run.json", "--data", tmp_path / "other", "--out", tmp_path / "run")
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "not the cache files" in ended.sentences[0]


@pytest.mark.parametrize("arguments", [(), ("tests.pipeline.tiny_run:tiny", "--from-run", "run.json")])
def test_either_a_recipe_or_a_record_is_named(tmp_path, run, arguments):
    ended = run("train", *arguments, "--out", tmp_path / "run")
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "--from-run RUN.json" in ended.sentences[0]


def test_what_is_no_record_is_one_sentence(tmp_path, run):
    (tmp_path / "run.json").write_text('{"run": {"name": "x"}, "caches": []}')
    for path in (tmp_path / "run.json", tmp_path / "missing.json"):
        ended = run("train", "--from-run", path, "--out", tmp_path / "run")
        assert (ended.code, len(ended.sentences)) == (1, 1)
        assert "not a record of a run" in ended.sentences[0]


def test_a_record_of_another_version_is_one_sentence_that_names_what_it_knew(tmp_path, run, finished):
    record = json.loads((finished / "run.json").read_text())
    record["run"]["optimisation"]["single_frame_steps"] = 0
    (tmp_path / "run.json").write_text(json.dumps(record))
    ended = run("train", "--from-run", tmp_path / "run.json", "--out", tmp_path / "run")
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "run.optimisation has the field single_frame_steps, which this version does not know" in ended.sentences[0]


def test_every_validation_leaves_a_picture(finished):
    assert sorted(path.name for path in (finished / "validation").iterdir()) == ["step-2.png", "step-4.png"]
    picture = cv2.imread(str(finished / "validation" / "step-4.png"))
    assert picture.shape == (4 * (112 + 2 * 16), 3 * 4 * 112, 3)
    assert picture.std() > 10


def test_a_warm_start_is_printed_and_recorded_tensor_by_tensor(tmp_path, cache, run, monkeypatch):
    source = image_vit()
    save_file(source, tmp_path / "vit.safetensors")
    monkeypatch.setenv("FAKESTORMER_WARM_START", str(tmp_path / "vit.safetensors"))
    ended = run("train", "tests.pipeline.tiny_run:warm", "--data", cache, "--out", tmp_path / "run")
    assert ended.code == 0
    report = json.loads((tmp_path / "run" / "run.json").read_text())["warm_start"]
    assert sorted(report["used"] + report["unused"]) == sorted(source)
    assert "encoder.tokens.temporal_token" in report["left_at_random"]
    counts = f"{len(report['used'])} used, 1 unused, {len(report['left_at_random'])} left at random"
    assert counts in ended.out


def test_a_warm_start_without_its_file_is_one_sentence(tmp_path, cache, run, monkeypatch):
    monkeypatch.delenv("FAKESTORMER_WARM_START", raising=False)
    ended = run("train", "tests.pipeline.tiny_run:warm", "--data", cache, "--out", tmp_path / "run")
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "FAKESTORMER_WARM_START" in ended.sentences[0]


def test_tensorboard_gets_every_number_of_the_log(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = TensorBoard(tmp_path)
    board.write(0, "train", {"total": 1.5})
    board.write(1, "train", {"total": 1.25})
    board.write(1, "validation", {"auc": 0.75})
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [(one.step, one.value) for one in events.Scalars("train/total")] == [(0, 1.5), (1, 1.25)]
    assert [one.value for one in events.Scalars("validation/auc")] == [0.75]


def test_tensorboard_without_its_package_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ConfigError, match="pip install tensorboard"):
        TensorBoard(tmp_path)
