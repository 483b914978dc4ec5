"""Which pairs each step sees, as batches: a function of the run and the step, whoever loads them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch.utils.data import ConcatDataset, DataLoader

from fakestormer.data.batch import Batch, collate_pairs
from fakestormer.data.cache import CachedTrack
from fakestormer.data.training_set import SelfBlendedSet, without_augmentation
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
    settings, single = run.optimisation, replace(run.sampling, num_frames=1)
    singles = single_frame_pairs(settings, run.sampling.num_frames)
    for name, pairs in (("pairs_per_step", settings.pairs_per_step), ("single_frame_pairs", singles)):
        if pairs < team.size * settings.accumulate:
            raise ConfigError(
                f"{name}={pairs} cannot be shared by {team.size} processes with "
                f"accumulate={settings.accumulate}: every part needs a pair"
            )
    num_clips = (settings.num_steps - settings.single_frame_steps) * settings.pairs_per_step
    num_singles = settings.single_frame_steps * singles
    pools = (
        SelfBlendedSet(
            tracks, single, run.vote_synthesis or run.synthesis, run.seed + 2, num_singles, recode=recode_images
        ),
        SelfBlendedSet(tracks, run.sampling, run.synthesis, run.seed, num_clips, recode=recode_images),
    )
    steps = step_numbers(settings, run.sampling.num_frames, first_step)
    return DataLoader(
        ConcatDataset(pools),
        batch_sampler=[part for step in steps for part in even_parts(share_of(step, team), settings.accumulate)],
        num_workers=run.num_workers,
        collate_fn=collate_pairs,
        worker_init_fn=keep_in_worker,
        # The loader draws a seed when it starts: from here, so that a resumed run does not lose step with dropout.
        generator=torch.Generator(),
        multiprocessing_context="spawn" if run.num_workers else None,
        prefetch_factor=4 if run.num_workers else None,
        pin_memory=team.device.type == "cuda",
    )


def step_numbers(settings: Optimisation, num_frames: int, first_step: int) -> list[list[int]]:
    """Which pairs each step from `first_step` on sees: pairs of single frames first, then of clips of `num_frames`."""
    singles = single_frame_pairs(settings, num_frames)
    ends = [min(step, settings.single_frame_steps) * singles for step in range(settings.num_steps + 1)]
    for step in range(settings.single_frame_steps, settings.num_steps):
        ends[step + 1] = ends[step] + settings.pairs_per_step
    return [list(range(*bounds)) for bounds in itertools.pairwise(ends[first_step:])]


def single_frame_pairs(settings: Optimisation, num_frames: int) -> int:
    """How many pairs of single frames a step sees: as the run says, or as many pictures as a step of clips has."""
    return settings.single_frame_pairs or settings.pairs_per_step * num_frames


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
