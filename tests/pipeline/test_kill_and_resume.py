"""A real `fakestormer train`, killed without warning, ends with the weights of the run that nobody killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from tests.pipeline.tiny_run import sharp
from tests.synthetic_cache import write_synthetic_cache

from fakestormer.model import load_weights
from fakestormer.training.run_record import make_record, refuse_another_run, write_record
from fakestormer.types import ConfigError

ROOT = Path(__file__).parents[2]
START = [sys.executable, "-c", "from fakestormer.cli.main import main; main()", "train"]
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
PATIENCE = 1200


def start(*arguments: object) -> subprocess.Popen[bytes]:
    command = [*START, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=ONE_THREAD, stdout=subprocess.DEVNULL)


def kill_behind_step(process: subprocess.Popen[bytes], log: Path, step: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if log.exists() and log.read_text().count('"kind": "train"') >= step:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    assert process.wait(PATIENCE) == -signal.SIGKILL


def numbers_of(log: Path) -> list[dict[str, float]]:
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


@pytest.mark.slow
def test_a_run_killed_at_any_step_and_resumed_ends_with_the_same_bits(tmp_path: Path) -> None:
    cache = write_synthetic_cache(tmp_path / "cache")
    recipe = ("tests.pipeline.tiny_run:sharp", "--data", cache, "--out")
    assert start(*recipe, tmp_path / "whole").wait(PATIENCE) == 0
    first = random.SystemRandom().randint(4, 10)
    second = random.SystemRandom().randint(first + 4, 20)
    log = tmp_path / "killed" / "metrics.jsonl"
    kill_behind_step(start(*recipe, tmp_path / "killed"), log, first)
    kill_behind_step(start(*recipe, tmp_path / "killed", "--resume"), log, second)
    assert start(*recipe, tmp_path / "killed", "--resume").wait(PATIENCE) == 0
    told = f"killed behind steps {first} and {second}"
    assert numbers_of(log) == numbers_of(tmp_path / "whole" / "metrics.jsonl"), told
    for name in ("last.safetensors", "best.safetensors"):
        one, other = (load_weights(tmp_path / run / name).model.state_dict() for run in ("killed", "whole"))
        assert [key for key in one if not torch.equal(one[key], other[key])] == [], told
    # Beyond what is shipped: the unrounded weights, the optimiser's state, the average and the random draws.
    one, other = (torch.load(tmp_path / run / "checkpoint.pt", weights_only=True) for run in ("killed", "whole"))
    assert_same(one, other)
    assert json.loads((tmp_path / "whole" / "run.json").read_text())["run"] == sharp().to_json()


def assert_same(one: object, other: object) -> None:
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list):
        for here, there in zip(one, other, strict=True):
            assert_same(here, there)
    else:
        assert one == other


def test_a_folder_is_not_resumed_with_another_recipe(tmp_path: Path, run) -> None:
    cache = write_synthetic_cache(tmp_path / "cache")
    write_record(make_record(sharp(), [cache], [], []), tmp_path)
    ended = run("train", "tests.pipeline.tiny_run:tiny", "--data", cache, "--out", tmp_path, "--resume")
    assert ended.code == 1
    assert "with the recipe it was started with" in ended.sentences[0]


def test_a_run_killed_before_its_first_checkpoint_may_be_started_again(tmp_path: Path) -> None:
    cache = write_synthetic_cache(tmp_path / "cache")
    write_record(make_record(sharp(), [cache], [], []), tmp_path)
    refuse_another_run(sharp(), tmp_path, resume=False)
    (tmp_path / "checkpoint.pt").touch()
    with pytest.raises(ConfigError, match="already holds a run"):
        refuse_another_run(sharp(), tmp_path, resume=False)
