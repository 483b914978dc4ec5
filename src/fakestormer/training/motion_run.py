"""Everything that defines a run of the motion member: where landmarks lie, and what their motion says."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from fakestormer.types import ClipSpec, ConfigError


@dataclass(frozen=True, slots=True)
class MotionRun:
    """One run: the landmark network is taught by the face mesh, motion networks by what it and optical flow find.

    Attributes:
        name: of the run.
        clip_spec: with the window that is read.
        landmark_steps: steps of the landmark network, of 8 tracks with 6 neighbouring frames each.
        landmark_rate: its learning rate behind the warm-up; the last layers have twice that.
        motion_steps: steps of each motion network, of 24 pairs of windows.
        motion_networks: how many are trained, each from a seed of its own; they answer together.
        motion_rate: its learning rate behind the warm-up.
        frames_per_track: of every track, from its first frame on.
        aligned: share of pairs of a forgery and its own original.
        forged: share of pairs of a forgery, by whatever method, and any genuine face.
        held_out: the share of people that only the validation sees.
        checkpoint_every: steps between checkpoints.
        seed: of weights, pairs and dropout.
        precision: of the landmark network's passes.
    """

    name: str
    clip_spec: ClipSpec
    landmark_steps: int = 2500
    landmark_rate: float = 4e-4
    motion_steps: int = 900
    motion_networks: int = 3
    motion_rate: float = 2e-3
    frames_per_track: int = 44
    aligned: float = 0.5
    forged: float = 0.25
    held_out: float = 0.05
    checkpoint_every: int = 100
    seed: int = 0
    precision: Literal["float32", "bfloat16"] = "float32"

    def __post_init__(self) -> None:
        if self.clip_spec.window is None:
            raise ConfigError("a motion member needs a window: give clip_spec a WindowSpec")
        if (
            min(self.landmark_steps, self.motion_steps, self.motion_networks) < 1
            or self.frames_per_track < self.clip_spec.window.num_frames
        ):
            raise ConfigError(
                f"a run needs at least one motion network, one step of each network and "
                f"{self.clip_spec.window.num_frames} frames of every track, got {self.motion_networks}, "
                f"{self.landmark_steps} and {self.motion_steps}, and {self.frames_per_track}"
            )
        if min(self.aligned, self.forged) < 0 or self.aligned + self.forged > 1:
            raise ConfigError(f"aligned={self.aligned} and forged={self.forged} are shares that add up to at most 1")

    @property
    def num_steps(self) -> int:
        """Steps of all networks."""
        return self.landmark_steps + self.motion_networks * self.motion_steps

    def to_json(self) -> dict[str, Any]:
        """The settings as plain values, for `run.json`."""
        return dataclasses.asdict(self)
