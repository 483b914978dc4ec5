"""A run from cache to weights: data, steps, validation, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from fakestormer.data import CachedTrack, read_cache, split_identities
from fakestormer.model import FakeSTormer, WarmStartReport, refuse_emulated_bfloat16, save_weights
from fakestormer.training.average import average_weights
from fakestormer.training.batches import training_steps, validation_batches
from fakestormer.training.checkpoint import load_checkpoint, save_checkpoint
from fakestormer.training.config import TrainRun
from fakestormer.training.distributed import Team, joined_team, replicate, wait_for_all
from fakestormer.training.metrics_log import MetricsLog, read_rows
from fakestormer.training.run_record import RunRecord, make_record, refuse_another_run, write_record
from fakestormer.training.start import make_model
from fakestormer.training.step import train_step
from fakestormer.training.tensorboard import TensorBoard
from fakestormer.training.trained import choose_ever_trained, make_optimizer
from fakestormer.training.validate import validate
from fakestormer.training.validation_picture import write_validation_picture
from fakestormer.types import DataError

Observer = Callable[[int, str, dict[str, float]], None]


def train(
    run: TrainRun,
    caches: Sequence[Path],
    folder: Path,
    *,
    resume: bool = False,
    observe: Observer | None = None,
    warm_start_file: Path | None = None,
) -> Path:
    """The path of the finished run's weights, `last.safetensors` in its folder.

    Beside it: `best.safetensors` (best self-blended validation AUC), `run.json`, `metrics.jsonl`, `checkpoint.pt`,
    `validation/` (pictures) and, where the run asks for it, `step-N.safetensors` and `tensorboard/`. `observe` hears
    (step, "start", "train" or "validation", numbers). Under torchrun every process calls this, with the
    same arguments and a folder that all see; one writes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    refuse_another_run(run, folder, resume)
    data = _read_data(run, caches)
    with joined_team() as team:
        refuse_emulated_bfloat16(run.precision, team.device)
        wait_for_all(team)  # nobody writes before everybody has looked
        record = make_record(run, caches, data.training, data.held_out)
        return _Engine(run, data, folder, team, observe).start(record, resume, warm_start_file).run_to_end()


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

    def __init__(self, run: TrainRun, data: _Data, folder: Path, team: Team, observe: Observer | None) -> None:
        self.run, self.data, self.folder, self.observe, self.team = run, data, folder, observe, team

    def start(self, record: RunRecord, resume: bool, warm_start_file: Path | None) -> _Engine:
        """Model, optimiser, batches and logs as they stand before the first step, or where the run was left."""
        run, settings, team = self.run, self.run.optimisation, self.team
        self.environment = record.environment
        torch.manual_seed(run.seed)
        started = make_model(run, warm_start_file)
        self.model = started.model.to(team.device)
        self._tell_start(started.report)
        if not team.leads:  # the same model, but draws of its own
            torch.manual_seed(run.seed + team.rank)
        self.average = average_weights(self.model, settings.average_decay) if settings.average_decay else None
        self.optimizer = make_optimizer(self.model, settings)
        self.first_step = load_checkpoint(self.folder, self.model, self.optimizer, self.average, team) if resume else 0
        rests = choose_ever_trained(self.model, settings)
        if run.compiled:
            self.model.compile()
        self.replica = replicate(self.model, team, rests=rests)
        self.steps = training_steps(run, self.data.training, self.first_step, team)
        self.validation = validation_batches(run, self.data.held_out, team)
        kept_until = self.first_step if resume else None
        self.log = MetricsLog(self.folder / "metrics.jsonl", kept_until) if team.leads else None
        self.board = TensorBoard(self.folder / "tensorboard") if run.tensorboard and team.leads else None
        rows = [row for row in read_rows(self.folder / "metrics.jsonl") if row["kind"] == "validation"]
        self.best = max((row["auc"] for row in rows), default=float("-inf"))
        if team.leads:
            write_record(replace(record, warm_start=started.report, num_processes=team.size), self.folder)
        return self

    def run_to_end(self) -> Path:
        settings = self.run.optimisation
        self.model.train()
        since = time.monotonic()
        for step, batches in zip(range(self.first_step, settings.num_steps), self.steps, strict=False):
            losses = train_step(self.replica, self.optimizer, batches, self.run, step, self.team)
            if self.average:
                self.average.update_parameters(self.model)
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
            if self.team.leads:
                place = self.folder / "validation" / f"step-{done}.png"
                write_validation_picture(place, self._shipped(), self.validation[0].to(self.team.device), self.run)
            if numbers["auc"] > self.best:
                self.best = numbers["auc"]
                self._save("best", done)
        if self.run.keep_every and done % self.run.keep_every == 0:
            self._save(f"step-{done}", done)
        if done % self.run.checkpoint_every == 0 or finished:
            save_checkpoint(self.folder, done, self.model, self.optimizer, self.average, self.team)

    def _shipped(self) -> FakeSTormer:
        return self.average.module if self.average else self.model  # type: ignore[return-value]

    def _save(self, name: str, done: int) -> Path:
        path = self.folder / f"{name}.safetensors"
        if self.team.leads:
            record = {"run": self.run.to_json(), "steps_done": done, "environment": self.environment}
            card = {"name": self.run.name, "status": "as trained, not calibrated"}
            save_weights(path, self._shipped(), self.run.clip_spec, card, None, record, half_precision=True)
        return path

    def _tell_start(self, report: WarmStartReport | None) -> None:
        if report and self.observe and self.team.leads:
            names = ("used", "unused", "left_at_random")
            self.observe(-1, "start", {name: float(len(getattr(report, name))) for name in names})

    def _tell(self, step: int, kind: str, numbers: dict[str, float]) -> None:
        if self.log:
            self.log.write(step, kind, numbers)
        if self.board:
            self.board.write(step, kind, numbers)
        if self.observe and self.team.leads:
            self.observe(step, kind, numbers)
