"""Which pairs every step of stage 1 sees, as batches; and those of its validations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from fakestormer.data import CachedTrack, FrameMix, FramePair, FramePairSet
from fakestormer.synthesis import NO_AUGMENTATION
from fakestormer.training.frame_run import FrameOptimisation, FrameRun
from fakestormer.training.memory import keep_in_worker


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """Pictures of a step, the genuine ones first and their forged partners in the same order behind them."""

    pictures: UInt8[Tensor, "S size size 3"]
    kinds: tuple[str, ...]


def frame_batches(
    pairs: FramePairSet, settings: FrameOptimisation, first_step: int, num_workers: int
) -> DataLoader[FrameBatch]:
    """The batches of steps `first_step` to the end, the same whoever makes them."""
    size = settings.pairs_per_step
    parts = [list(range(step * size, (step + 1) * size)) for step in range(first_step, settings.num_steps)]
    loaded: Dataset[Any] = pairs
    return DataLoader(
        loaded,
        batch_sampler=parts,
        num_workers=num_workers,
        collate_fn=collate_frames,
        worker_init_fn=keep_in_worker,
        generator=torch.Generator(),  # its draw must not move dropout's
        multiprocessing_context="spawn" if num_workers else None,
        prefetch_factor=4 if num_workers else None,
    )


def collate_frames(pairs: Sequence[FramePair]) -> FrameBatch:
    """All genuine pictures, then all forged ones."""
    pictures = [pair.real for pair in pairs] + [pair.fake for pair in pairs]
    return FrameBatch(torch.from_numpy(np.stack(pictures)), tuple(pair.kind for pair in pairs))


def validation_pairs(run: FrameRun, held_out: Sequence[CachedTrack]) -> list[FrameBatch]:
    """Pairs of held-out people of the kinds made from genuine pictures, half self-blended and half decoded."""
    plain = replace(run.mix.synthesis, augmentation=NO_AUGMENTATION)
    decoded = 0.5 if run.mix.decoded else 0.0
    mix = FrameMix(1 - decoded, 0.0, 0.0, 0.0, decoded, synthesis=plain, late_share=0.0)
    pairs = FramePairSet(held_out, mix, run.seed + 1, run.validation_pairs)
    size = run.optimisation.pairs_per_step
    starts = range(0, len(pairs), size)
    return [collate_frames([pairs[k] for k in range(start, min(start + size, len(pairs)))]) for start in starts]
