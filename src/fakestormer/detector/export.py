"""A set of weights as a graph for other programs, with everything that its file says about itself inside."""

from __future__ import annotations

import dataclasses
import json
import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from numpy import ndarray

from fakestormer.detector.openvino_graph import example_clips, load_openvino, to_openvino, write_openvino
from fakestormer.files import write_file
from fakestormer.model import LoadedWeights, ScoringGraph
from fakestormer.types import ConfigError, WeightsError
from fakestormer.version import package_version

ExportFormat = Literal["onnx", "openvino"]
SUFFIXES: dict[ExportFormat, str] = {"onnx": ".onnx", "openvino": ".xml"}
NOTE_KEY = "fakestormer"
LARGEST_DIFFERENCE = 1e-4
BATCHES = (1, 2, 5)  # exported with two clips: that one and five work shows that the number is free


def export(weights: LoadedWeights, out: Path, kind: str) -> float:
    """Writes the graph, and gives the largest difference of an output from torch's, over batches of 1, 2 and 5 clips.

    Input "clips": batch x frames x size x size x 3, uint8, RGB, cut as the ClipSpec in the note says. Outputs: see
    `ScoringGraph`. The note is JSON under "fakestormer", in an ONNX file's metadata or an OpenVINO graph's rt_info.

    Raises:
        ConfigError: the format or the name's ending is another one, or a package is missing.
        WeightsError: the graph does not give the network's numbers.
    """
    if kind not in get_args(ExportFormat) or out.suffix != SUFFIXES[kind]:  # type: ignore[index]
        raise ConfigError(f"a graph is exported as onnx to FILE.onnx or as openvino to FILE.xml, got {kind} and {out}")
    difference = _export_onnx(weights, out) if kind == "onnx" else _export_openvino(weights, out)
    if not difference <= LARGEST_DIFFERENCE:
        raise WeightsError(
            f"{out} gives other numbers than the network (difference {difference:.2g}, at most {LARGEST_DIFFERENCE:g} "
            "is allowed): export with the versions in constraints.txt"
        )
    return difference


def _export_openvino(weights: LoadedWeights, out: Path) -> float:
    model = to_openvino(weights)
    model.set_rt_info(json.dumps(_note(weights)), [NOTE_KEY])
    write_openvino(model, out)
    openvino = load_openvino()
    compiled = openvino.Core().compile_model(str(out), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return _difference(weights, lambda clips: list(compiled(clips).values()))


def _export_onnx(weights: LoadedWeights, out: Path) -> float:
    try:
        import onnx
        import onnxruntime
        import onnxscript  # noqa: F401  (torch asks for it)
    except ImportError as error:
        raise ConfigError(f"{error.name} is not installed: pip install 'fakestormer[export]'") from None
    graph = ScoringGraph(weights.model.eval(), weights.clip_spec)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it names packages that are missing and not needed
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            graph,
            (example_clips(weights),),
            input_names=["clips"],
            output_names=list(graph.output_names),
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    onnx.helper.set_model_props(model, {NOTE_KEY: json.dumps(_note(weights))})
    write_file(out, model.SerializeToString())
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    return _difference(weights, lambda clips: session.run(None, {"clips": clips}))


def _note(weights: LoadedWeights) -> dict[str, Any]:
    """Everything that is known of the weights, as plain values."""
    calibration = weights.calibration
    return {
        "name": weights.name,
        "package_version": package_version(),
        "weights_sha256": weights.sha256,
        "networks_sha256": weights.networks_sha256,
        "outputs": list(ScoringGraph(weights.model, weights.clip_spec).output_names),
        "clip_spec": dataclasses.asdict(weights.clip_spec),
        "protocol": dataclasses.asdict(weights.protocol),
        "rule": dataclasses.asdict(weights.rule),
        "calibration": None if calibration is None else dataclasses.asdict(calibration),
        "card": weights.card,
    }


def _difference(weights: LoadedWeights, run: Callable[[ndarray], list[ndarray]]) -> float:
    graph, largest = ScoringGraph(weights.model.eval(), weights.clip_spec), 0.0
    both = example_clips(weights)
    for batch in BATCHES:
        clips = both.repeat(3, 1, 1, 1, 1)[:batch]
        with torch.inference_mode():
            wanted = graph(clips)
        for one, other in zip(wanted, run(clips.numpy()), strict=True):
            found = torch.from_numpy(other.copy())
            largest = max(largest, float((one - found).abs().max()) if one.shape == found.shape else float("inf"))
    return largest
