"""How a face's landmarks move over a window: aligned points, their first and second differences, a bidirectional GRU.

Beyond the paper: what its temporal branch is after, seen without pixels, so that compression does not touch it. After
LRNet's idea (Sun et al., CVPR 2021) of two recurrent networks on landmarks and their differences; one here.
"""

from __future__ import annotations

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from torch.nn import functional

from fakestormer.model.lite.landmark_network import NUM_LANDMARKS, LandmarkNetwork

INPUTS, HIDDEN = 96, 64
# What one unit of input means, in eye distances: offsets from the window's mean, differences between pictures.
OFFSET_SCALE, DIFFERENCE_SCALE, LARGEST = 10.0, 40.0, 8.0
LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)


class MotionNetwork(nn.Module):
    """One logit a window of landmarks."""

    def __init__(self, dropout: float = 0.3) -> None:
        super().__init__()
        self.input = nn.Linear(3 * 2 * NUM_LANDMARKS, INPUTS)
        self.dropout = nn.Dropout(dropout)
        self.gru = nn.GRU(INPUTS, HIDDEN, batch_first=True, bidirectional=True)
        self.output = nn.Linear(4 * HIDDEN, 1)

    def forward(self, aligned: Float[Tensor, "B T points 2"]) -> Float[Tensor, " B"]:
        """The logits of windows that `align_landmarks` has aligned; forged is positive."""
        offsets = (aligned - aligned.mean(1, keepdim=True)) * OFFSET_SCALE
        steps = aligned.diff(dim=1) * DIFFERENCE_SCALE
        turns = aligned.diff(n=2, dim=1) * DIFFERENCE_SCALE
        # A difference stands at the later of its pictures; where there is none yet, it is zero.
        steps, turns = functional.pad(steps, (0, 0, 0, 0, 1, 0)), functional.pad(turns, (0, 0, 0, 0, 2, 0))
        seen = torch.cat([offsets, steps, turns], dim=-1).flatten(2).clamp(-LARGEST, LARGEST)
        states, _ = self.gru(self.dropout(functional.relu(self.input(seen))))
        pooled = torch.cat([states.mean(1), states.amax(1)], dim=-1)
        logits: Tensor = self.output(self.dropout(pooled))
        return logits.squeeze(-1)


def align_landmarks(points: Float[Tensor, "B T points 2"]) -> Float[Tensor, "B T points 2"]:
    """The same points without the motion of the head: each picture's shifted, turned and scaled onto the window's mean.

    In units of the distance between the eyes, which lie level.
    """
    plane = torch.view_as_complex(points.double().contiguous())
    plane = plane - plane.mean(2, keepdim=True)
    mean = plane[:, points.shape[1] // 2]
    aligned = plane
    for _ in range(2):
        aligned = plane * _onto(plane, mean)[..., None]
        mean = aligned.mean(1)
    eyes = mean[:, RIGHT_EYE].mean(1) - mean[:, LEFT_EYE].mean(1)
    level = torch.view_as_real(aligned / eyes[:, None, None])
    return level.to(points.dtype)


def _onto(plane: Complex[Tensor, "B T points"], mean: Complex[Tensor, "B points"]) -> Complex[Tensor, "B T"]:
    """The turn and scale that bring every picture's points closest to the mean."""
    power = plane.abs().square().sum(2)
    return (plane.conj() * mean[:, None]).sum(2) / power.clamp_min(1e-12)


class MotionMember(nn.Module):
    """The member that reads landmarks: where they are in every crop of a window, and what their motion says."""

    def __init__(self) -> None:
        super().__init__()
        self.landmarks = LandmarkNetwork()
        self.motion = MotionNetwork()

    def find(self, crops: Float[Tensor, "S 3 H W"]) -> Float[Tensor, "S points 2"]:
        """The landmarks of crops, preprocessed as all others; see `LandmarkNetwork`."""
        points: Tensor = self.landmarks(crops)
        return points

    def forward(self, points: Float[Tensor, "B T points 2"]) -> Float[Tensor, " B"]:
        """The logits of windows of landmarks; forged is positive."""
        logits: Tensor = self.motion(align_landmarks(points))
        return logits
