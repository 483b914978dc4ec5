"""Everything a run needs to go on where it was killed, saved whole or not at all."""

from __future__ import annotations

from pathlib import Path

import torch

from fakestormer.model import FakeSTormer
from fakestormer.training.average import WeightAverage
from fakestormer.types import ConfigError

CHECKPOINT_NAME = "checkpoint.pt"


def save_checkpoint(
    folder: Path, step: int, model: FakeSTormer, optimizer: torch.optim.Optimizer, average: WeightAverage | None
) -> None:
    """`checkpoint.pt` in the run's folder: the state after `step` steps."""
    state = {
        "step": step,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "average": average.model.state_dict() if average else None,
        "torch_rng": torch.get_rng_state(),
    }
    partial = folder / (CHECKPOINT_NAME + ".partial")
    torch.save(state, partial)
    partial.replace(folder / CHECKPOINT_NAME)


def load_checkpoint(
    folder: Path, model: FakeSTormer, optimizer: torch.optim.Optimizer, average: WeightAverage | None
) -> int:
    """The number of steps already done; model, optimizer and average are set to that state."""
    path = folder / CHECKPOINT_NAME
    if not path.exists():
        raise ConfigError(f"{folder} has no {CHECKPOINT_NAME} to resume from: start the run without --resume")
    state = torch.load(path, map_location="cpu", weights_only=True)
    if (state["average"] is None) != (average is None):
        raise ConfigError(f"{path} and the recipe differ in average_decay: resume with the recipe of run.json")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    if average:
        average.model.load_state_dict(state["average"])
    torch.set_rng_state(state["torch_rng"])
    return int(state["step"])
