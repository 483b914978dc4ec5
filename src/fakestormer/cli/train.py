"""`fakestormer train`: a recipe function -> weights."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from fakestormer.training import TrainRun


def train(
    recipe: Annotated[str, typer.Argument(help="MODULE:FUNCTION that returns a TrainRun.")],
    data: Annotated[list[Path], typer.Option("--data", help="A track cache made by `prepare`; may be given again.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for weights, checkpoint and logs.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the folder's checkpoint.")] = False,
) -> None:
    """Train a model on self-blended videos made from cached real ones."""
    from fakestormer.training import train as train_run

    run = _find_recipe(recipe)
    console = Console()

    def show(step: int, kind: str, numbers: dict[str, float]) -> None:
        if kind == "validation" or (step + 1) % 10 == 0:
            text = "  ".join(f"{name} {value:.4f}" for name, value in numbers.items())
            console.print(f"{step + 1}/{run.optimisation.num_steps} {kind}  {text}", markup=False, soft_wrap=True)

    weights = train_run(run, data, out, resume=resume, observe=show)
    console.print(f"wrote {weights}", markup=False, soft_wrap=True)


def _find_recipe(name: str) -> TrainRun:
    from fakestormer.training import TrainRun
    from fakestormer.types import ConfigError

    module_name, _, function_name = name.partition(":")
    try:
        recipe = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"no recipe {name!r} ({error}): name it MODULE:FUNCTION, for instance fakestormer.recipes.lite:lite"
        ) from error
    run = recipe()
    if not isinstance(run, TrainRun):
        raise ConfigError(f"recipe {name!r} must return a TrainRun, it returned {type(run).__name__}")
    return run
