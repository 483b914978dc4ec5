"""Whole epochs: every clip of every track once, in a new order and at a new phase each time (method, section 6)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from fakestormer.data.cache import CachedTrack
from fakestormer.types import DataError


class EpochOrder:
    """Clip number k of an endless stream that goes through the tracks in epochs.

    In an epoch every track is cut in clips that do not overlap, from a phase of its own on; all clips are then
    shuffled. A pure function of the seed and k: what is remembered between calls only saves time.
    """

    def __init__(self, tracks: Sequence[CachedTrack], num_frames: int, seed: int) -> None:
        self._num_frames = num_frames
        self._seed = seed
        self._starts = [track.clip_starts(num_frames) for track in tracks]
        if not any(len(starts) for starts in self._starts):
            raise DataError(f"none of {len(tracks)} tracks has {num_frames} consecutive frames with landmarks")
        self._ends = [0]  # of the epochs met so far, in clips
        self._kept = (-1, np.zeros((0, 2), np.int64))

    def clip(self, number: int) -> tuple[int, int]:
        """(place of the track, first frame) of clip `number`."""
        while self._ends[-1] <= number:
            self._ends.append(self._ends[-1] + len(self._epoch(len(self._ends) - 1)))
        epoch = int(np.searchsorted(self._ends, number, side="right")) - 1
        track, start = self._epoch(epoch)[number - self._ends[epoch]]
        return int(track), int(start)

    def _epoch(self, epoch: int) -> Int[ndarray, "clips 2"]:
        if self._kept[0] != epoch:
            rng = np.random.default_rng([self._seed, epoch])
            phases = rng.integers(self._num_frames, size=len(self._starts))
            clips = [
                np.stack([np.full(len(chosen), place), chosen], axis=1)
                for place, (starts, phase) in enumerate(zip(self._starts, phases, strict=True))
                if len(chosen := self._cut(starts, int(phase)))
            ]
            self._kept = (epoch, rng.permutation(np.concatenate(clips)) if clips else np.zeros((0, 2), np.int64))
        return self._kept[1]

    def _cut(self, starts: Int[ndarray, " starts"], phase: int) -> Int[ndarray, " chosen"]:
        """Every `num_frames`-th start; one is left even where the phase would pass a short track by."""
        chosen: Int[ndarray, " chosen"] = starts[starts % self._num_frames == phase]
        return chosen if len(chosen) else starts[:1]
