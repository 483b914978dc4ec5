"""Detections -> chains: which boxes of different frames are one person's face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import linear_sum_assignment

from fakestormer.faces.detect import FaceDetection
from fakestormer.types import Box, FaceObservation

# Below this overlap two boxes are compared by the distance of their centres instead.
_MIN_IOU = 0.2
# How far a face may be from where it was expected, in its own sizes; and how much it may have grown or shrunk.
_MAX_DISTANCE = 0.8
_MAX_SIZE_RATIO = 1.8
# Half of the newest step, half of the older ones: detector boxes are whole pixels and jump.
_NEWEST_SHARE = 0.5
_FORBIDDEN = 1e6


@dataclass(frozen=True, slots=True)
class SearchedFrame:
    """One frame in which faces were looked for; `starts_shot` where a scene cut lies between it and the one before."""

    frame_index: int
    time: float
    detections: tuple[FaceDetection, ...]
    starts_shot: bool = False


@dataclass(slots=True)
class _Chain:
    """Observations of one face so far, and how its centre moves, in pixels a second."""

    seen: list[FaceObservation] = field(default_factory=list)
    velocity: tuple[float, float] = (0.0, 0.0)
    just_seen: bool = True

    def expected(self, time: float) -> Box:
        """Where the face should be by now if it kept its velocity."""
        last = self.seen[-1]
        shift_x, shift_y = ((time - last.time) * speed for speed in self.velocity)
        box = last.box
        return Box(box.left + shift_x, box.top + shift_y, box.right + shift_x, box.bottom + shift_y)

    def add(self, seen: FaceObservation) -> None:
        """Takes one more observation and follows its motion."""
        if self.seen:
            elapsed = seen.time - self.seen[-1].time
            steps = zip(seen.box.center, self.seen[-1].box.center, strict=True)
            newest = [(now - before) / elapsed if elapsed > 0 else 0.0 for now, before in steps]
            share = _NEWEST_SHARE if len(self.seen) > 1 else 1.0
            older_x, older_y = self.velocity
            self.velocity = (
                share * newest[0] + (1 - share) * older_x,
                share * newest[1] + (1 - share) * older_y,
            )
        self.seen.append(seen)
        self.just_seen = True


def associate(frames: Sequence[SearchedFrame], max_gap: float) -> tuple[tuple[FaceObservation, ...], ...]:
    """The chains of observations that belong to one face each, in order of their first frame.

    Boxes are assigned to chains frame by frame, by overlap with where each face is expected (or by distance where it
    moved faster than that). A face missed for at most `max_gap` seconds is bridged; a longer gap or a cut ends its
    chain.
    """
    done: list[_Chain] = []
    chains: list[_Chain] = []
    for frame in frames:
        going_on = [] if frame.starts_shot else [one for one in chains if _goes_on(one, frame.time, max_gap)]
        done += [one for one in chains if not any(one is other for other in going_on)]
        chains = _extend(going_on, frame)
    done += chains
    done.sort(key=lambda chain: chain.seen[0].frame_index)
    return tuple(tuple(chain.seen) for chain in done)


def _goes_on(chain: _Chain, time: float, max_gap: float) -> bool:
    # A face seen in the frame searched just before was not missed, however long ago that frame is.
    return chain.just_seen or time - chain.seen[-1].time <= max_gap


def _extend(chains: list[_Chain], frame: SearchedFrame) -> list[_Chain]:
    """The chains after this frame: those given, some with one more observation, and a new one for each new face."""
    for chain in chains:
        chain.just_seen = False
    observations = [
        FaceObservation(frame.frame_index, frame.time, found.box, found.confidence) for found in frame.detections
    ]
    new = set(range(len(observations)))
    if chains and observations:
        costs = _costs([chain.expected(frame.time) for chain in chains], [one.box for one in observations])
        for row, column in zip(*linear_sum_assignment(costs), strict=True):
            if costs[row, column] < _FORBIDDEN:
                chains[int(row)].add(observations[int(column)])
                new.discard(int(column))
    started = []
    for number in sorted(new):
        chain = _Chain()
        chain.add(observations[number])
        started.append(chain)
    return chains + started


def _costs(expected: Sequence[Box], boxes: Sequence[Box]) -> Float[ndarray, "chains boxes"]:
    return np.array([[_cost(one, other) for other in boxes] for one in expected], dtype=np.float64)


def _cost(expected: Box, box: Box) -> float:
    """0 to 1 where the boxes overlap enough, 1 to 2 where they are at least near and alike, else forbidden."""
    size, other_size = max(expected.width, expected.height), max(box.width, box.height)
    if not 1 / _MAX_SIZE_RATIO <= (other_size + 1e-9) / (size + 1e-9) <= _MAX_SIZE_RATIO:
        return _FORBIDDEN
    overlap = expected.iou(box)
    if overlap >= _MIN_IOU:
        return 1 - overlap
    (x, y), (other_x, other_y) = expected.center, box.center
    distance = float(np.hypot(x - other_x, y - other_y)) / max(size, other_size, 1e-9)
    return 1 + distance if distance <= _MAX_DISTANCE else _FORBIDDEN
