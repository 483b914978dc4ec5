"""The network as an OpenVINO graph on the CPU: converted once for a set of weights, and kept where a folder is given.

The only user of OpenVINO, which the extra `fast` brings.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from jaxtyping import UInt8

from fakestormer.files import write_file
from fakestormer.model import LoadedWeights, ScoringGraph
from fakestormer.types import ConfigError, FakestormerError
from fakestormer.version import package_version

LOGGER = logging.getLogger(__name__)
PRECISION_HINTS = {"float32": "f32", "bfloat16": "bf16"}


def load_openvino() -> Any:
    """The module; ConfigError where it is not installed."""
    try:
        import openvino
    except ImportError:
        raise ConfigError("OpenVINO is not installed: pip install 'fakestormer[fast]', or use torch") from None
    return openvino


def example_clips(weights: LoadedWeights) -> UInt8[torch.Tensor, "B T H W 3"]:
    """Two clips without meaning, of the size that the weights take."""
    spec = weights.clip_spec
    size = (2, spec.num_frames, spec.image_size, spec.image_size, 3)
    return torch.randint(0, 256, size, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def to_openvino(weights: LoadedWeights) -> Any:
    """The scoring graph of these weights as an `openvino.Model`, for any number of clips at once."""
    openvino, example = load_openvino(), example_clips(weights)
    graph = ScoringGraph(weights.model.eval(), weights.clip_spec)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sizes become constants: those of the crops are, the batch is not one
        shape = [-1, *example.shape[1:]]
        model = openvino.convert_model(graph, example_input=example, input=[(shape, openvino.Type.u8)])
    model.inputs[0].get_tensor().set_names({"clips"})
    for output, name in zip(model.outputs, graph.output_names, strict=True):
        output.get_tensor().set_names({name})
    return model


class OpenVinoGraph:
    """Runs the scoring graph of one set of weights.

    Args:
        weights: the networks.
        precision: "float32" or "bfloat16", as for `DetectorConfig`.
        threads: that OpenVINO may use.
        kept: a folder for converted graphs, which are then not converted again; made where it is not there.
    """

    def __init__(self, weights: LoadedWeights, precision: str, threads: int, kept: Path | None) -> None:
        openvino = load_openvino()
        self.name = f"OpenVINO {openvino.__version__.partition('-')[0]}"
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": PRECISION_HINTS[precision],
            "ENABLE_CPU_PINNING": False,  # a pinned thread waits for its core on a busy machine
        }
        core = openvino.Core()
        self._compiled = core.compile_model(_kept_or_converted(core, weights, kept), "CPU", settings)

    def __call__(self, clips: UInt8[torch.Tensor, "B T H W 3"]) -> tuple[torch.Tensor, ...]:
        """What `ScoringGraph` gives."""
        found = self._compiled(clips.numpy())
        return tuple(torch.from_numpy(found[place]) for place in range(len(self._compiled.outputs)))


def _kept_or_converted(core: Any, weights: LoadedWeights, kept: Path | None) -> Any:
    """The graph from the folder, or converted now and put there; a folder that cannot be used costs time only."""
    if kept is None:
        return to_openvino(weights)
    path = kept / f"{_key(weights)}.xml"
    with contextlib.suppress(RuntimeError):  # damaged, or written by a version that this one does not read
        if path.exists():
            return core.read_model(str(path))
    LOGGER.info("converting %s for OpenVINO; kept in %s", weights.name, kept)
    model = to_openvino(weights)
    try:
        kept.mkdir(parents=True, exist_ok=True)
        write_openvino(model, path)
    except (OSError, FakestormerError) as error:
        LOGGER.info("the converted graph could not be kept: %s", error)
    return model


def write_openvino(model: Any, path: Path) -> None:
    """The graph as `path` (.xml) and its weights beside it (.bin), the latter first, each whole or not at all."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "graph.xml"
        load_openvino().save_model(model, str(made), compress_to_fp16=False)
        write_file(path.with_suffix(".bin"), made.with_suffix(".bin").read_bytes())
        write_file(path, made.read_bytes())


def _key(weights: LoadedWeights) -> str:
    """One hash for all that decides about the graph."""
    versions = (package_version(), str(torch.__version__), load_openvino().__version__)
    decided = [weights.networks_sha256, dataclasses.asdict(weights.clip_spec), *versions]
    return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()[:32]
