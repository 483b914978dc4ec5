"""Pairs of windows of landmarks, genuine and forged, that the motion network is trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from fakestormer.data import CachedTrack
from fakestormer.model.lite import MIRRORED_POINTS, align_landmarks
from fakestormer.synthesis import correlated_noise, jitter_landmarks
from fakestormer.training.motion_run import MotionRun

PAIRS = 24  # of a step
NOISE = (0.001, 0.012)  # deviation of the noise of landmarks of small and compressed faces, in eye distances
LARGER = 0.05  # deviation of ln(size)


@dataclass(frozen=True, slots=True)
class PointTrack:
    """A cached track, and the landmarks that the landmark network found on its frames."""

    track: CachedTrack
    points: Float[ndarray, "frames 68 2"]


class WindowPairs:
    """Draws a genuine window and a forged one: a forgery's own original, any genuine face, or a jittered copy.

    People are drawn evenly, and forgeries by method first.
    """

    def __init__(self, tracks: Sequence[PointTrack], run: MotionRun) -> None:
        assert run.clip_spec.window is not None
        self._run, self._length = run, run.clip_spec.window.num_frames
        long = [one for one in tracks if len(one.points) >= self._length]
        self._people: dict[str, list[PointTrack]] = defaultdict(list)
        self._aligned: dict[str, list[PointTrack]] = defaultdict(list)
        self._others: dict[str, list[PointTrack]] = defaultdict(list)
        self._originals = {one.track.source: one for one in long if one.track.forgery is None}
        for one in long:
            forgery = one.track.forgery
            if forgery is None:
                self._people[one.track.identity or one.track.source].append(one)
            elif forgery.pair_of in self._originals:
                self._aligned[forgery.method].append(one)
            else:
                self._others[forgery.method].append(one)

    def draw(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """The aligned windows of a step's pairs (genuine, forged, genuine, ...), and their labels."""
        windows = [self._degraded(window, rng) for _ in range(PAIRS) for window in self._pair(rng)]
        return torch.stack(windows), torch.tensor([0.0, 1.0]).repeat(PAIRS)

    def _pair(self, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
        kind = rng.random()
        genuine = _of_any(self._people, rng)
        if kind < self._run.aligned and self._aligned:
            forged = _of_any(self._aligned, rng)
            assert forged.track.forgery is not None
            genuine = self._originals[forged.track.forgery.pair_of]
        elif kind < self._run.aligned + self._run.forged and self._others:
            forged = _of_any(self._others, rng)
        else:
            return self._window(genuine, rng), jitter_landmarks(self._window(genuine, rng), rng)
        return self._window(genuine, rng), self._window(forged, rng)

    def _window(self, one: PointTrack, rng: np.random.Generator) -> Float[ndarray, "frames 68 2"]:
        first = int(rng.integers(len(one.points) - self._length + 1))
        window: Float[ndarray, "frames 68 2"] = one.points[first : first + self._length].astype(np.float64)
        return window

    def _degraded(self, window: ndarray, rng: np.random.Generator) -> Tensor:
        """The aligned window, mirrored half of the time, with noise of its own."""
        aligned = align_landmarks(torch.from_numpy(window[None]))[0].numpy()
        if rng.random() < 0.6:
            deviation = float(np.exp(rng.uniform(*np.log(NOISE))))
            aligned = aligned + deviation * correlated_noise(rng, aligned.shape, float(rng.choice([0.0, 0.5])))
        if rng.random() < 0.5:
            aligned = aligned[:, list(MIRRORED_POINTS)] * np.array([-1.0, 1.0])
        return torch.from_numpy(aligned * np.exp(rng.normal(0, LARGER))).float()


def _of_any(groups: dict[str, list[PointTrack]], rng: np.random.Generator) -> PointTrack:
    names = sorted(groups)
    group = groups[names[int(rng.integers(len(names)))]]
    return group[int(rng.integers(len(group)))]
