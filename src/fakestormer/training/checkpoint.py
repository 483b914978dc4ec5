"""Everything a run needs to go on where it was killed, saved whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch.optim.swa_utils import AveragedModel

from fakestormer.files import write_aside
from fakestormer.model import FakeSTormer
from fakestormer.training.distributed import ALONE, Team, gathered
from fakestormer.training.randomness import read_random_state, set_random_state
from fakestormer.types import ConfigError

CHECKPOINT_NAME = "checkpoint.pt"


def save_checkpoint(
    folder: Path,
    step: int,
    model: FakeSTormer,
    optimizer: torch.optim.Optimizer,
    average: AveragedModel | None,
    team: Team = ALONE,
) -> None:
    """`checkpoint.pt` in the run's folder: the state after `step` steps; on the disk when this returns.

    Called by every process, because each has random draws of its own; written by one.
    """
    draws = gathered(read_random_state(team.device), team)
    if not team.leads:
        return
    state = {
        "step": step,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "average": average.module.state_dict() if average else None,
        "draws": draws,
    }
    with write_aside(folder / CHECKPOINT_NAME) as aside, aside.open("wb") as file:
        torch.save(state, file)


def load_checkpoint(
    folder: Path,
    model: FakeSTormer,
    optimizer: torch.optim.Optimizer,
    average: AveragedModel | None,
    team: Team = ALONE,
) -> int:
    """The number of steps already done; model, optimizer, average and random draws are set to that state."""
    state = _read(folder)
    if (state["average"] is None) != (average is None):
        raise ConfigError(f"{folder} and the recipe differ in average_decay: resume with the recipe of run.json")
    if len(state["draws"]) != team.size:
        raise ConfigError(
            f"{folder} was trained by {len(state['draws'])} processes, this run has {team.size}: resume with as many"
        )
    try:
        model.load_state_dict(state["model"])
    except RuntimeError:  # its text names every tensor
        raise ConfigError(
            f"{folder / CHECKPOINT_NAME} holds another network than this version of fakestormer makes of the recipe: "
            "start the run again in another folder, or resume it with the version that started it"
        ) from None
    optimizer.load_state_dict(state["optimizer"])
    if average:
        average.module.load_state_dict(state["average"])
        average.n_averaged.fill_(state["step"])
    set_random_state(state["draws"][team.rank], team.device)
    return int(state["step"])


def _read(folder: Path) -> dict[str, Any]:
    path = folder / CHECKPOINT_NAME
    if not path.exists():
        raise ConfigError(f"{folder} has no {CHECKPOINT_NAME} to resume from: start the run without --resume")
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises a dozen kinds for a file that is not its own
        raise ConfigError(f"{path} is not a checkpoint ({type(error).__name__}): start the run again") from error
    if "draws" not in state:
        raise ConfigError(f"{path} was written by another version: resume with that version, or start the run again")
    return state
