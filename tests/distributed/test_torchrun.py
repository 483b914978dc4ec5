"""`torchrun` starts `fakestormer train` in two processes, and the run is that of one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.pipeline.tiny_run import steady
from tests.synthetic_cache import write_synthetic_cache

from fakestormer.model import load_weights
from fakestormer.training import TrainRun, train
from fakestormer.training.metrics_log import read_rows

RANKED = ("auc", "pairs_in_order")
ROOT = Path(__file__).parents[2]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--no-python"]
TRAIN = [sys.executable, "-c", "from fakestormer.cli.main import main; main()", "train"]


@pytest.mark.distributed
@pytest.mark.parametrize("recipe", [steady])
def test_two_processes_under_torchrun_train_what_one_trains(tmp_path: Path, recipe: Callable[[], TrainRun]) -> None:
    cache = write_synthetic_cache(tmp_path / "cache")
    arguments = [f"tests.pipeline.tiny_run:{recipe.__name__}", "--data", str(cache), "--out", str(tmp_path / "two")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([*TORCHRUN, *TRAIN, *arguments], cwd=ROOT, env=environment, check=True, timeout=1200)
    train(recipe(), [cache], tmp_path / "one")
    two, one = (load_weights(tmp_path / name / "last.safetensors").model.state_dict() for name in ("two", "one"))
    for name in one:
        # Weights are stored in half precision.
        assert two[name].numpy() == pytest.approx(one[name].numpy(), abs=2e-3), name
    rows = [read_rows(tmp_path / name / "metrics.jsonl") for name in ("two", "one")]
    assert len(rows[0]) == len(rows[1])
    for here, there in zip(*rows, strict=True):
        assert here["kind"] == there["kind"]
        wanted = {name: value for name, value in there.items() if name not in ("seconds", "kind", *RANKED)}
        assert {name: here[name] for name in wanted} == pytest.approx(wanted, rel=1e-2)
        ranked = {name: there[name] for name in RANKED if name in there}
        # One of six pairs that score alike may fall either way.
        assert {name: here[name] for name in ranked} == pytest.approx(ranked, abs=0.17)
    assert json.loads((tmp_path / "two" / "run.json").read_text())["num_processes"] == 2
