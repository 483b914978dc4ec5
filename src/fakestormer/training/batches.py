"""Which pairs each step sees, as batches: a function of the run and the step, whoever loads them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from fakestormer.data import Batch, CachedTrack, SelfBlendedSet, collate_pairs, without_augmentation
from fakestormer.training.config import Optimisation, TrainRun
from fakestormer.training.distributed import ALONE, Team, even_parts, share_of
from fakestormer.training.memory import keep_in_worker
from fakestormer.types import ConfigError
from fakestormer.video.recode import recode_images


def training_steps(
    run: TrainRun, tracks: Sequence[CachedTrack], first_step: int, team: Team = ALONE
) -> Iterator[list[Batch]]:
    """This process's share of the pairs of steps `first_step`, ... to the end, each in `accumulate` batches.

    Pair number k is the same whatever the number of workers and processes.
    """
    batches = iter(training_batches(run, tracks, first_step, team))
    while parts := list(itertools.islice(batches, run.optimisation.accumulate)):
        yield parts


def training_batches(
    run: TrainRun, tracks: Sequence[CachedTrack], first_step: int, team: Team = ALONE
) -> DataLoader[Batch]:
    """The batches of `training_steps`, one after another."""
    settings = run.optimisation
    if settings.pairs_per_step < team.size * settings.accumulate:
        raise ConfigError(
            f"pairs_per_step={settings.pairs_per_step} cannot be shared by {team.size} processes with "
            f"accumulate={settings.accumulate}: every part needs a pair"
        )
    num_pairs = settings.num_steps * settings.pairs_per_step
    pool = SelfBlendedSet(tracks, run.sampling, run.synthesis, run.seed, num_pairs, recode=recode_images)
    steps = step_numbers(settings, first_step)
    parts = [part for step in steps for part in even_parts(share_of(step, team), settings.accumulate)]
    return _loaded(pool, parts, run, team)


def _loaded(pool: Dataset[Any], parts: list[list[int]], run: TrainRun, team: Team) -> DataLoader[Batch]:
    return DataLoader(
        pool,
        batch_sampler=parts,
        num_workers=run.num_workers,
        collate_fn=collate_pairs,
        worker_init_fn=keep_in_worker,
        # The loader draws a seed when it starts: from here, so that a resumed run does not lose step with dropout.
        generator=torch.Generator(),
        multiprocessing_context="spawn" if run.num_workers else None,
        prefetch_factor=4 if run.num_workers else None,
        pin_memory=team.device.type == "cuda",
    )


def step_numbers(settings: Optimisation, first_step: int) -> list[list[int]]:
    """Which pairs each step from `first_step` on sees."""
    pairs = settings.pairs_per_step
    return [list(range(step * pairs, (step + 1) * pairs)) for step in range(first_step, settings.num_steps)]


def validation_batches(run: TrainRun, tracks: Sequence[CachedTrack], team: Team = ALONE) -> tuple[Batch, ...]:
    """This process's share of the batches at every validation: the same self-blended clips of held-out people.

    Batch k is with process k modulo the team's size.
    """
    plain = without_augmentation(run.synthesis)
    pool = SelfBlendedSet(tracks, run.sampling, plain, run.seed + 1, run.validation.num_pairs)
    size = -(-run.optimisation.pairs_per_step // run.optimisation.accumulate)
    numbers = range(run.validation.num_pairs)
    chosen = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    return tuple(collate_pairs([pool[number] for number in one]) for one in chosen[team.rank :: team.size])
