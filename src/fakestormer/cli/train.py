"""`fakestormer train`: a recipe function -> weights."""

from __future__ import annotations

import importlib
import inspect
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from fakestormer.cli.terminal import description, say, terminal

if TYPE_CHECKING:
    from fakestormer.training import FrameRun, MotionRun, TrainRun

WARM_START_VARIABLE = "FAKESTORMER_WARM_START"


def train(
    recipe: Annotated[str | None, typer.Argument(help="MODULE:FUNCTION that returns a run.")] = None,
    *,
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="Track cache made by `prepare`; can be repeated.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for weights, checkpoint and logs.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue from the checkpoint in the output folder.")
    ] = False,
    from_run: Annotated[
        Path | None, typer.Option("--from-run", help="Repeat the run recorded in this run.json instead of a recipe.")
    ] = None,
) -> None:
    """Train a network on self-blended videos made from cached genuine ones, or on single frames of a mix of pairs."""
    from fakestormer.training import FrameRun, MotionRun, keep_freed_memory, train_frames, train_motion
    from fakestormer.training import train as train_run
    from fakestormer.types import ConfigError

    if (recipe is None) == (from_run is None):
        raise ConfigError("name either a recipe, MODULE:FUNCTION, or --from-run RUN.json, and not both")
    run: TrainRun | FrameRun | MotionRun
    if from_run:
        run, caches = _recorded_run(from_run, data)
    elif data:
        run, caches = _find_recipe(recipe or ""), data
    else:
        raise ConfigError("a recipe needs data: give --data CACHE, made with `fakestormer prepare`")
    keep_freed_memory()
    start = os.environ.get(WARM_START_VARIABLE)
    console = terminal()
    progress = Progress(
        description(), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console,
        disable=not console.is_terminal,
    )  # fmt: skip
    with progress:
        num_steps = run.num_steps if isinstance(run, MotionRun) else run.optimisation.num_steps
        show = _Shower(progress, num_steps).show
        if isinstance(run, MotionRun):
            weights = train_motion(run, caches, out, resume=resume, observe=show)
        elif isinstance(run, FrameRun):
            weights = train_frames(
                run, caches, out, resume=resume, observe=show, start_from=Path(start) if start else None
            )
        else:
            weights = train_run(
                run, caches, out, resume=resume, observe=show, warm_start_file=Path(start) if start else None
            )
    say(console, f"wrote {weights}")


class _Shower:
    """Prints every tenth step and all validations, under a bar with the time that is left."""

    def __init__(self, progress: Progress, num_steps: int) -> None:
        self._progress, self._num_steps = progress, num_steps
        self._task = progress.add_task("train", total=num_steps)
        self._done, self._seconds = 0, 0.0

    def show(self, step: int, kind: str, numbers: dict[str, float]) -> None:
        """What the training loop tells after each step; before the first, of the warm start."""
        if kind == "start":
            counts = ", ".join(f"{int(count)} {name.replace('_', ' ')}" for name, count in numbers.items())
            text = f"warm start, tensors: {counts}; their names stand in run.json"
        else:
            self._progress.update(self._task, completed=step + 1)
            values = "  ".join(f"{name} {value:.4f}" for name, value in numbers.items())
            text = f"{step + 1}/{self._num_steps} {kind}  {values}"
        if kind == "train":
            self._done, self._seconds = self._done + 1, self._seconds + numbers["seconds"]
            left = (self._num_steps - step - 1) * self._seconds / self._done
            text += f"  left {timedelta(seconds=round(left))}"
        if kind != "train" or (step + 1) % 10 == 0:
            say(self._progress.console, text)


def _recorded_run(path: Path, data: list[Path] | None) -> tuple[TrainRun, list[Path]]:
    from fakestormer.data import cache_fingerprint
    from fakestormer.training import read_record
    from fakestormer.types import DataError

    recorded = read_record(path)
    caches = data or list(recorded.caches)
    if recorded.data_sha256 not in (None, cache_fingerprint(caches)):
        raise DataError(
            f"{', '.join(map(str, caches))}: not the cache files that {path} was trained on, so it cannot be repeated: "
            "give the same caches with --data, or name a recipe to train on others"
        )
    return recorded.run, caches


def _find_recipe(name: str) -> TrainRun | FrameRun | MotionRun:
    from fakestormer.training import FrameRun, MotionRun, TrainRun
    from fakestormer.types import ConfigError

    module_name, _, function_name = name.partition(":")
    advice = "name it MODULE:FUNCTION, for instance fakestormer.recipes.lite:lite"
    if module_name and Path(f"{module_name.replace('.', '/')}.py").is_file():
        advice += "; for a module of this folder set PYTHONPATH=."
    try:
        recipe = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"no recipe {name!r} ({error}): {advice}") from error
    try:
        inspect.signature(recipe).bind()
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"recipe {name!r} cannot be called without arguments ({error}): write a function that needs none"
        ) from error
    run = recipe()
    if not isinstance(run, TrainRun | FrameRun | MotionRun):
        raise ConfigError(
            f"recipe {name!r} must return a TrainRun, FrameRun or MotionRun, it returned {type(run).__name__}"
        )
    return run
