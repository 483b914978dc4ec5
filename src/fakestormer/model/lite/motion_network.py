"""How a face moves against itself over a window: optical flow at its landmarks, and a bidirectional GRU.

Landmarks say where on the face a point lies; optical flow says how it moves, which no landmark network measures nearly
as precisely. What is left of it without the motion of the head is read.

Beyond the paper: what its temporal branch is after, seen without pixels. After LRNet's idea (Sun et al., CVPR 2021) of
recurrent networks on landmarks and their differences.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from fakestormer.model.lite.landmark_network import NUM_LANDMARKS, LandmarkNetwork

INPUTS, HIDDEN = 96, 64
NUM_NETWORKS = 3
FLOW_SCALE, LARGEST = 60.0, 8.0  # units of input in an eye distance; the largest input
LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)


class MotionNetwork(nn.Module):
    """One logit a window of flow."""

    def __init__(self, dropout: float = 0.3) -> None:
        super().__init__()
        self.input = nn.Linear(2 * 2 * NUM_LANDMARKS, INPUTS)
        self.dropout = nn.Dropout(dropout)
        self.gru = nn.GRU(INPUTS, HIDDEN, batch_first=True, bidirectional=True)
        self.output = nn.Linear(4 * HIDDEN, 1)

    def forward(self, flow: Float[Tensor, "B T points 2"]) -> Float[Tensor, " B"]:
        """The logits of windows of flow as `align_flow` gives it; forged is positive."""
        # How the flow changes stands at the later picture; the first two have no such change.
        changes = functional.pad(flow[:, 1:].diff(dim=1), (0, 0, 0, 0, 2, 0))
        seen = (torch.cat([flow, changes], dim=-1) * FLOW_SCALE).flatten(2).clamp(-LARGEST, LARGEST)
        states, _ = self.gru(self.dropout(functional.relu(self.input(seen))))
        pooled = torch.cat([states.mean(1), states.amax(1)], dim=-1)
        logits: Tensor = self.output(self.dropout(pooled))
        return logits.squeeze(-1)


def align_flow(points: Float[Tensor, "B T points 2"], flow: Float[Tensor, "B T points 2"]) -> Tensor:
    """What is left of the flow into every picture without the motion of the head; [B, T, points, 2], in eye distances.

    The shift, turn and scale that explain the flow best are taken off; the eyes lie level on average. `flow` at a
    picture is that from the points of the picture before; the first has none, and stays zero.
    """
    before = torch.view_as_complex(points[:, :-1].double().contiguous())
    after = before + torch.view_as_complex(flow[:, 1:].double().contiguous())
    around = before - before.mean(2, keepdim=True)
    moved = after - after.mean(2, keepdim=True)
    power = around.abs().square().sum(2).clamp_min(1e-12)
    head = (around.conj() * moved).sum(2) / power
    eyes = (before[..., RIGHT_EYE].mean(2) - before[..., LEFT_EYE].mean(2)).mean(1)
    rest = (moved - around * head[..., None]) / eyes[:, None, None]
    return functional.pad(torch.view_as_real(rest), (0, 0, 0, 0, 1, 0)).to(points.dtype)


class MotionMember(nn.Module):
    """The member that reads landmarks: where they are in every crop of a window, and what their motion says.

    Several motion networks, which differ in their seed only, answer together: one costs next to nothing.
    """

    def __init__(self, num_networks: int = NUM_NETWORKS) -> None:
        super().__init__()
        self.landmarks = LandmarkNetwork()
        self.motion = nn.ModuleList(MotionNetwork() for _ in range(num_networks))

    def find(self, crops: Float[Tensor, "S 3 H W"]) -> Float[Tensor, "S points 2"]:
        """The landmarks of crops, preprocessed as all others; see `LandmarkNetwork`."""
        points: Tensor = self.landmarks(crops)
        return points

    def forward(
        self, points: Float[Tensor, "B T points 2"], flow: Float[Tensor, "B T points 2"]
    ) -> Float[Tensor, " B"]:
        """The mean logits of windows of landmarks and their flow from picture to picture; forged is positive."""
        rest = align_flow(points, flow)
        return torch.stack([network(rest) for network in self.motion]).mean(0)
