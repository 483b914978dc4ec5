"""A run from cache to weights: data, steps, validation, checkpoints."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import torch

from fakestormer.data.cache import CachedTrack, read_cache
from fakestormer.data.training_set import split_identities
from fakestormer.model import FakeSTormer, save_weights
from fakestormer.training.average import WeightAverage
from fakestormer.training.batches import training_steps, validation_batches
from fakestormer.training.checkpoint import load_checkpoint, save_checkpoint
from fakestormer.training.config import TrainRun
from fakestormer.training.distributed import Team, joined_team, replicate, wait_for_all
from fakestormer.training.metrics_log import MetricsLog, read_rows
from fakestormer.training.start import make_model
from fakestormer.training.step import train_step
from fakestormer.training.trained import choose_trained, make_optimizer
from fakestormer.training.validate import validate
from fakestormer.types import ConfigError, DataError

Observer = Callable[[int, str, dict[str, float]], None]


def train(
    run: TrainRun, caches: Sequence[Path], folder: Path, *, resume: bool = False, observe: Observer | None = None
) -> Path:
    """The path of the finished run's weights, `last.safetensors` in its folder.

    Beside it: `best.safetensors` (best self-blended validation AUC), `run.json`, `metrics.jsonl`, `checkpoint.pt` and,
    where the run asks for it, `step-N.safetensors`. `observe` hears (step, "train" or "validation", numbers).
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not resume and (folder / "run.json").exists():
        raise ConfigError(f"{folder} already holds a run: give another folder, or --resume to go on with it")
    data = _read_data(run, caches)
    with joined_team() as team:
        wait_for_all(team)  # nobody writes before everybody has looked
        if team.leads:
            write_run_record(run, caches, data.training, data.held_out, folder)
        return _Engine(run, data, folder, resume, observe, team).run_to_end()


@dataclass(frozen=True, slots=True)
class _Data:
    """The tracks a run trains on, and those it validates on."""

    training: Sequence[CachedTrack]
    held_out: Sequence[CachedTrack]


def _read_data(run: TrainRun, caches: Sequence[Path]) -> _Data:
    tracks = [track for cache in caches for track in read_cache(cache)]
    training, held_out = split_identities(tracks, run.validation.held_out)
    if not held_out:
        raise DataError(
            f"no identity of {len({t.identity for t in tracks})} was held out for validation: prepare more people "
            "or raise validation.held_out"
        )
    return _Data(training, held_out)


class _Engine:
    """The state that lives between steps."""

    def __init__(
        self, run: TrainRun, data: _Data, folder: Path, resume: bool, observe: Observer | None, team: Team
    ) -> None:
        self.run, self.folder, self.observe, self.team = run, folder, observe, team
        settings = run.optimisation
        torch.manual_seed(run.seed)
        self.model = make_model(run).to(team.device)
        if not team.leads:  # the same model, but draws of its own
            torch.manual_seed(run.seed + team.rank)
        self.average = WeightAverage(self.model, settings.average_decay) if settings.average_decay else None
        self.optimizer = make_optimizer(self.model, settings)
        self.first_step = load_checkpoint(folder, self.model, self.optimizer, self.average, team) if resume else 0
        choose_trained(self.model, settings, settings.num_steps)
        self.replica = replicate(self.model, team, thaws=settings.frozen_encoder_steps > 0)
        self.steps = training_steps(run, data.training, self.first_step, team)
        self.validation = validation_batches(run, data.held_out, team)
        self.log = MetricsLog(folder / "metrics.jsonl", self.first_step) if team.leads else None
        earlier = (row["auc"] for row in read_rows(folder / "metrics.jsonl") if row["kind"] == "validation")
        self.best = max(earlier, default=float("-inf"))

    def run_to_end(self) -> Path:
        settings = self.run.optimisation
        self.model.train()
        since = time.monotonic()
        for step, batches in zip(range(self.first_step, settings.num_steps), self.steps, strict=False):
            losses = train_step(self.replica, self.optimizer, batches, self.run, step, self.team)
            if self.average:
                self.average.update(self.model, step)
            numbers = losses.to_floats() | {"seconds": time.monotonic() - since}
            since = time.monotonic()
            self._tell(step, "train", numbers)
            self._after_step(step + 1)
        path = self._save("last", settings.num_steps)
        wait_for_all(self.team)
        return path

    def _after_step(self, done: int) -> None:
        finished = done == self.run.optimisation.num_steps
        if done % self.run.validation.every == 0 or finished:
            numbers = validate(self._shipped(), self.validation, self.run, self.team)
            self._tell(done - 1, "validation", numbers)
            if numbers["auc"] > self.best:
                self.best = numbers["auc"]
                self._save("best", done)
        if self.run.keep_every and done % self.run.keep_every == 0:
            self._save(f"step-{done}", done)
        if done % self.run.checkpoint_every == 0 or finished:
            save_checkpoint(self.folder, done, self.model, self.optimizer, self.average, self.team)

    def _shipped(self) -> FakeSTormer:
        return self.average.model if self.average else self.model  # type: ignore[return-value]

    def _save(self, name: str, done: int) -> Path:
        path = self.folder / f"{name}.safetensors"
        if self.team.leads:
            record = {"run": self.run.to_json(), "steps_done": done, "environment": environment()}
            card = {"name": self.run.name, "status": "as trained, not calibrated"}
            save_weights(path, self._shipped(), self.run.clip_spec, card, None, record, half_precision=True)
        return path

    def _tell(self, step: int, kind: str, numbers: dict[str, float]) -> None:
        if self.log:
            self.log.write(step, kind, numbers)
        if self.observe and self.team.leads:
            self.observe(step, kind, numbers)


def write_run_record(
    run: TrainRun,
    caches: Sequence[Path],
    training: Sequence[CachedTrack],
    held_out: Sequence[CachedTrack],
    folder: Path,
) -> None:
    """`run.json`: the whole configuration, the data it sees, and the versions it runs on."""
    record = {
        "run": run.to_json(),
        "caches": [str(cache) for cache in caches],
        "num_training_tracks": len(training),
        "num_held_out_tracks": len(held_out),
        "held_out_identities": sorted({track.identity for track in held_out}),
        "environment": environment(),
    }
    (folder / "run.json").write_text(json.dumps(record, indent=1), encoding="utf-8")


def environment() -> dict[str, str]:
    """Versions that decide whether a run can be repeated bit for bit."""
    packages = ("fakestormer", "torch", "numpy", "opencv-python-headless", "av")
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in packages}
