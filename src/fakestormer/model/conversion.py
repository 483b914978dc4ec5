"""From a file the authors published to our safetensors file: tensors only, nothing in the file is run."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from fakestormer.model.published import PublishedConfig, PublishedFakeSTormer
from fakestormer.model.weights import ClipProtocol, save_weights
from fakestormer.types import ClipSpec, ConfigError, WeightsError

HEAD_DIMENSION = 64  # of every usual ViT
PROTOCOL_FRAMES = 32
# In the files, but not in the arithmetic.
UNUSED_TENSORS = (
    "backbone.temp_token",
    "backbone.norm_t_cls.weight",
    "backbone.norm_t_cls.bias",
    "keypoint_head.hm.before_proj.0.1.num_batches_tracked",
    "keypoint_head.hm.proj.0.1.num_batches_tracked",
)
WRAPPERS = ("state_dict", "model", "model_state_dict")


@dataclass(frozen=True, slots=True)
class ConversionReport:
    """What became of a published file: its shape, how many tensors were used, which were not, its sha256."""

    config: PublishedConfig
    num_used: int
    unused: tuple[str, ...]
    source_sha256: str
    path: Path


def convert_published(file: str | Path, out: str | Path, num_heads: int | None = None) -> ConversionReport:
    """Writes the published checkpoint `file` as our safetensors file `out` and says what was done.

    Shapes give the configuration; `num_heads` is width / 64 unless given. Raises WeightsError where the file cannot be
    read as tensors alone, or where a tensor is missing, unknown or misshapen.
    """
    file = Path(file)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"{file} cannot be read ({error.strerror}): give the path of a published checkpoint"
        ) from error
    source = _unwrapped(_read_tensors(file, content), file)
    config = _config_of(source, num_heads, file)
    names = published_tensor_names(config)
    model = PublishedFakeSTormer(config)
    model.load_state_dict(_converted(source, names, model, file))
    digest = hashlib.sha256(content).hexdigest()
    save_weights(
        out,
        model,
        ClipSpec(num_frames=config.num_frames, image_size=config.image_size),
        card={
            "name": f"published-{file.stem}",
            "description": "Weights published with the FakeSTormer paper (arXiv 2501.01184), converted.",
            "licence": "as published by the authors: academic use only",
        },
        calibration=None,
        training_record={"converted_from": file.name, "source_sha256": digest},
        protocol=ClipProtocol("spread", PROTOCOL_FRAMES),
    )
    unused = tuple(name for name in UNUSED_TENSORS if name in source)
    return ConversionReport(config, len(names), unused, digest, Path(out))


def _converted(
    source: Mapping[str, Tensor], names: Mapping[str, str], model: PublishedFakeSTormer, file: Path
) -> dict[str, Tensor]:
    """The tensors under our names and in our shapes."""
    missing = sorted(set(names) - set(source))
    unknown = sorted(set(source) - set(names) - set(UNUSED_TENSORS))
    if missing or unknown:
        problem = f"lacks tensor {missing[0]}" if missing else f"has the unknown tensor {unknown[0]}"
        raise WeightsError(
            f"{file} {problem} ({len(missing)} missing, {len(unknown)} unknown): it is not a FakeSTormer checkpoint"
        )
    wanted = model.state_dict()
    converted = {}
    for theirs, ours in names.items():
        tensor = source[theirs].float()
        if ours in ("spatial_token", "spatial_positions", "temporal_positions"):  # stored with leading axes of size 1
            tensor = tensor.squeeze()
        if ours == "temporal_positions":  # the last one belonged to the learned temporal token, which is not used
            tensor = tensor[: model.config.num_frames]
        if tensor.shape != wanted[ours].shape:
            raise WeightsError(
                f"{file} has tensor {theirs} of shape {tuple(source[theirs].shape)}, which does not fit its others "
                f"({model.config}): it is not a FakeSTormer checkpoint"
            )
        converted[ours] = tensor
    return converted


def _read_tensors(file: Path, content: bytes) -> Any:
    """Whatever stands in the file, made of tensors and plain values only."""
    if len(content) > 9 and content[8:9] == b"{":
        try:
            return load(content)
        except SafetensorError as error:
            raise WeightsError(f"{file} is a damaged safetensors file: get it again") from error
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises a dozen kinds for a file that is not its own
        raise WeightsError(
            f"{file} cannot be read as tensors alone ({type(error).__name__}), and anything else in it is not run: "
            "give a checkpoint that holds a plain state dict"
        ) from error


def _unwrapped(loaded: Any, file: Path) -> dict[str, Tensor]:
    """The state dict itself, without a wrapper's key and without `module.` before the names."""
    for key in WRAPPERS:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(key), Mapping):
            loaded = loaded[key]
    if not isinstance(loaded, Mapping) or not all(isinstance(value, Tensor) for value in loaded.values()):
        raise WeightsError(f"{file} contains no state dict: it must be one, or wrap one under {' or '.join(WRAPPERS)}")
    return {str(name).removeprefix("module."): tensor for name, tensor in loaded.items()}


def _config_of(source: Mapping[str, Tensor], num_heads: int | None, file: Path) -> PublishedConfig:
    """The configuration that the shapes tell."""
    try:
        width, _, patch_size, _ = source["backbone.patch_embed.proj.weight"].shape
        num_patches = source["backbone.pos_embed"].shape[1] - 1
        num_frames = source["backbone.time_embed"].shape[1] - 1
        hidden = source["backbone.blocks.0.mlp.fc1.weight"].shape[0]
    except (KeyError, ValueError, IndexError) as error:
        raise WeightsError(f"{file} is not a FakeSTormer checkpoint: missing or of the wrong shape: {error}") from error
    if num_heads is None and width % HEAD_DIMENSION:
        raise WeightsError(f"{file} has width {width}, not a multiple of {HEAD_DIMENSION}: say how many heads it has")
    depth = len({name.split(".")[2] for name in source if name.startswith("backbone.blocks.")})
    try:
        return PublishedConfig(
            width=width,
            depth=depth,
            num_heads=num_heads or width // HEAD_DIMENSION,
            image_size=math.isqrt(num_patches) * patch_size,
            num_frames=num_frames,
            patch_size=patch_size,
            mlp_ratio=hidden / width,
        )
    except ConfigError as error:
        raise WeightsError(f"{file} has shapes that contradict each other: {error}") from error


def published_tensor_names(config: PublishedConfig) -> dict[str, str]:
    """Name in a published file -> name in PublishedFakeSTormer, for every tensor of its arithmetic."""
    layers = {
        "backbone.patch_embed.proj": "patch_embedding",
        "backbone.norm": "norm",
        "backbone.norm_s_cls": "spatial_head.norm",
        "keypoint_head.cls.fc_out": "classification_head",
        "keypoint_head.temp_loc.fc1.0": "spatial_head.hidden",
        "keypoint_head.temp_loc.fc_out": "spatial_head.linear",
        "keypoint_head.hm.before_proj.0.0": "temporal_head.first",
        "keypoint_head.hm.before_proj.0.1": "temporal_head.first_norm",
        "keypoint_head.hm.proj.0.0": "temporal_head.second",
        "keypoint_head.hm.proj.0.1": "temporal_head.second_norm",
        "keypoint_head.hm.proj.1": "temporal_head.last",
    }
    parts = {
        "norm1": "spatial_norm",
        "attn.qkv": "spatial_attention.qkv",
        "attn.proj": "spatial_attention.proj",
        "temporal_norm1": "temporal_norm",
        "temporal_attn.qkv": "temporal_attention.qkv",
        "temporal_attn.proj": "temporal_attention.proj",
        "temporal_fc": "temporal_linear",
        "norm2": "mlp_norm",
        "mlp.fc1": "mlp.fc1",
        "mlp.fc2": "mlp.fc2",
    }
    for index in range(config.depth):
        layers |= {f"backbone.blocks.{index}.{theirs}": f"blocks.{index}.{ours}" for theirs, ours in parts.items()}
    names = {f"{theirs}.{part}": f"{ours}.{part}" for theirs, ours in layers.items() for part in ("weight", "bias")}
    for theirs, ours in layers.items():
        if ours.endswith(("first_norm", "second_norm")):
            names |= {f"{theirs}.{part}": f"{ours}.{part}" for part in ("running_mean", "running_var")}
    return names | {
        "backbone.cls_token": "spatial_token",
        "backbone.pos_embed": "spatial_positions",
        "backbone.time_embed": "temporal_positions",
    }
