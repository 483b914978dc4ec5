"""Pairs of windows of landmarks and their flow, genuine and forged, that the motion networks are trained on."""

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
from fakestormer.model.lite import MIRRORED_POINTS, align_flow
from fakestormer.synthesis import correlated_noise, jitter_landmarks
from fakestormer.training.motion_run import MotionRun

PAIRS = 24  # of a step
NOISE = (0.0007, 0.0085)  # deviation of places in small and compressed faces, in eye distances

Motion = Float[ndarray, "frames 68 2"]


@dataclass(frozen=True, slots=True)
class PointTrack:
    """A cached track, the landmarks that the landmark network found on its frames, and the flow into each frame."""

    track: CachedTrack
    points: Motion
    flow: Motion


class WindowPairs:
    """Draws a genuine window and a forged one: a forgery's own original, any genuine face, or a jittered copy.

    People are drawn evenly, forgeries beside their own originals too (most are swaps in natural videos), and other
    forgeries by method first.
    """

    def __init__(self, tracks: Sequence[PointTrack], run: MotionRun) -> None:
        assert run.clip_spec.window is not None
        self._run, self._length = run, run.clip_spec.window.num_frames
        long = [one for one in tracks if len(one.points) >= self._length]
        self._people: dict[str, list[PointTrack]] = defaultdict(list)
        self._aligned: list[PointTrack] = []
        self._others: dict[str, list[PointTrack]] = defaultdict(list)
        self._originals = {one.track.source: one for one in long if one.track.forgery is None}
        for one in long:
            forgery = one.track.forgery
            if forgery is None:
                self._people[one.track.identity or one.track.source].append(one)
            elif forgery.pair_of in self._originals:
                self._aligned.append(one)
            else:
                self._others[forgery.method].append(one)

    def draw(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """The aligned flow of the windows of a step's pairs (genuine, forged, genuine, ...), and their labels."""
        windows = [_degraded(*window, rng) for _ in range(PAIRS) for window in self._pair(rng)]
        return torch.stack(windows), torch.tensor([0.0, 1.0]).repeat(PAIRS)

    def _pair(self, rng: np.random.Generator) -> tuple[tuple[Motion, Motion], tuple[Motion, Motion]]:
        kind = rng.random()
        genuine = _of_any(self._people, rng)
        if kind < self._run.aligned and self._aligned:
            forged = self._aligned[int(rng.integers(len(self._aligned)))]
            assert forged.track.forgery is not None
            genuine = self._originals[forged.track.forgery.pair_of]
        elif kind < self._run.aligned + self._run.forged and self._others:
            forged = _of_any(self._others, rng)
        else:
            points, flow = self._window(genuine, rng)
            jittered = jitter_landmarks(points, rng)
            flow[1:] += np.diff(jittered - points, axis=0)
            return self._window(genuine, rng), (jittered, flow)
        return self._window(genuine, rng), self._window(forged, rng)

    def _window(self, one: PointTrack, rng: np.random.Generator) -> tuple[Motion, Motion]:
        first = int(rng.integers(len(one.points) - self._length + 1))
        part = slice(first, first + self._length)
        return one.points[part].astype(np.float64), one.flow[part].astype(np.float64)


def _degraded(points: Motion, flow: Motion, rng: np.random.Generator) -> Tensor:
    """The aligned flow of a window, mirrored half of the time, half of the time with noise of its own."""
    rest = align_flow(torch.from_numpy(points[None]), torch.from_numpy(flow[None]))[0].numpy()
    if rng.random() < 0.5:
        deviation = float(np.exp(rng.uniform(*np.log(NOISE))))
        noise = deviation * correlated_noise(rng, rest.shape, float(rng.choice([0.0, 0.5])))
        rest = rest + np.diff(noise, axis=0, prepend=noise[:1])
    if rng.random() < 0.5:
        rest = rest[:, list(MIRRORED_POINTS)] * np.array([-1.0, 1.0])
    return torch.from_numpy(rest).float()


def _of_any(groups: dict[str, list[PointTrack]], rng: np.random.Generator) -> PointTrack:
    names = sorted(groups)
    group = groups[names[int(rng.integers(len(names)))]]
    return group[int(rng.integers(len(group)))]
