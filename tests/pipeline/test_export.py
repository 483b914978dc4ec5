"""Exported graphs in the runtimes that others use, and verdicts through OpenVINO; real files and processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.lite_network import speck

from fakestormer.detector import default_weights_path
from fakestormer.model import (
    FakeSTormer,
    ModelConfig,
    PublishedConfig,
    PublishedFakeSTormer,
    ScoringGraph,
    load_weights,
    save_weights,
)
from fakestormer.types import Calibration, ClipSpec

onnxruntime = pytest.importorskip("onnxruntime")
openvino = pytest.importorskip("openvino")

SMALL = ModelConfig(name="test", width=16, depth=1, num_heads=2, image_size=32)
NETWORKS = {
    "default": lambda: speck(),
    "paper": lambda: FakeSTormer(SMALL),
    "published": lambda: PublishedFakeSTormer(PublishedConfig(width=16, depth=1, num_heads=2, image_size=32)),
}


def run_process(*arguments: object, cache: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from fakestormer.cli.main import main; main()", *map(str, arguments)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600, check=False)


def make_weights(kind: str, path: Path) -> Path:
    torch.manual_seed(3)
    calibration = Calibration(1.0, 0.0, 0.4, 0.6, "a test")
    save_weights(path, NETWORKS[kind]().eval(), ClipSpec(image_size=32), {"name": kind}, calibration, {})
    return path


def run_graph(path: Path, clips: np.ndarray) -> tuple[list[np.ndarray], dict[str, object]]:
    """Outputs and note, by nothing but the runtime that the file is meant for."""
    if path.suffix == ".onnx":
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        note = session.get_modelmeta().custom_metadata_map["fakestormer"]
        return session.run(None, {"clips": clips}), json.loads(note)
    core = openvino.Core()
    model = core.read_model(str(path))
    note = model.get_rt_info(["fakestormer"]).value
    found = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(clips)
    return [found[name] for name in json.loads(note)["outputs"]], json.loads(note)


@pytest.mark.parametrize(
    "kind",
    [pytest.param("default", marks=pytest.mark.slow), "paper", pytest.param("published", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("name", ["graph.xml", pytest.param("graph.onnx", marks=pytest.mark.slow)])
def test_a_graph_gives_the_networks_numbers_for_any_number_of_clips(tmp_path, kind, name):
    weights, out = make_weights(kind, tmp_path / "weights.safetensors"), tmp_path / name
    kind_of_file = "onnx" if name.endswith("onnx") else "openvino"
    ended = run_process("export", weights, "--format", kind_of_file, "--out", out, cache=tmp_path)
    assert ended.returncode == 0, ended.stderr
    loaded = load_weights(weights)
    for batch in (1, 2, 5):
        clips = np.random.default_rng(batch).integers(0, 256, (batch, 4, 32, 32, 3), dtype=np.uint8)
        with torch.inference_mode():
            wanted = ScoringGraph(loaded.model, loaded.clip_spec)(torch.from_numpy(clips))
        found, note = run_graph(out, clips)
        for one, other in zip(wanted, found, strict=True):
            np.testing.assert_allclose(other, one.numpy(), atol=1e-4)
    assert note["networks_sha256"] == loaded.networks_sha256
    assert note["clip_spec"]["image_size"] == 32
    assert note["calibration"]["fitted_on"] == "a test"


def test_openvino_gives_the_verdict_that_torch_gives_and_says_so(tmp_path, good, run, monkeypatch):
    weights, cache = make_weights("paper", tmp_path / "weights.safetensors"), tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    verdicts = {}
    for runtime in ("torch", "openvino", "openvino"):
        out = tmp_path / f"{runtime}.json"
        ended = run("detect", good, "--weights", weights, "--runtime", runtime, "--json", out)
        assert ended.code == 0, ended.err
        (verdicts[runtime],) = json.loads(out.read_text("utf-8"))["verdicts"]
    assert {path.suffix for path in (cache / "fakestormer").iterdir()} == {".bin", ".xml"}
    one, other = verdicts["torch"], verdicts["openvino"]
    assert other["decision"] == one["decision"]
    for here, there in zip(one["faces"], other["faces"], strict=True):
        assert there["logit"] == pytest.approx(here["logit"], abs=1e-4)
    assert "OpenVINO" in other["provenance"]["device"]
    assert ["runtime", "openvino"] in other["provenance"]["settings"]
    assert "OpenVINO" in other["provenance"]["device_class"]


def test_a_runtime_or_a_format_that_does_not_exist_is_one_sentence(tmp_path, run):
    for arguments in (
        ("detect", "none.mp4", "--runtime", "tensorrt"),
        ("detect", "none.mp4", "--runtime", "openvino", "--isolate"),
        ("export", "--format", "onnx", "--out", tmp_path / "graph.pb"),
    ):
        ended = run(*arguments)
        assert ended.code == 1
        assert len(ended.err.splitlines()) == 1, ended.err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["graph.xml", "graph.onnx"])
def test_the_default_weights_are_exported(tmp_path, name):
    kind = "onnx" if name.endswith("onnx") else "openvino"
    ended = run_process("export", "--format", kind, "--out", tmp_path / name, cache=tmp_path)
    assert ended.returncode == 0, ended.stderr
    clips = np.zeros((3, 4, 224, 224, 3), np.uint8)
    _, note = run_graph(tmp_path / name, clips)
    assert note["weights_sha256"] == load_weights(default_weights_path()).sha256
