"""The default network: the paper's FakeSTormer, and an image network that answers for every frame beside it."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.config import ModelConfig
from fakestormer.model.fakestormer import FakeSTormer
from fakestormer.model.lite.image_network import ImageNetwork
from fakestormer.model.lite.motion_network import MotionMember
from fakestormer.model.output import ModelOutput


@dataclass(frozen=True, slots=True)
class LiteOutput:
    """What the two members say, each by itself; how they combine is a matter of the scoring rule.

    Attributes:
        clip: FakeSTormer's three heads.
        frame_logits: the image network's, one a frame; forged is positive.
    """

    clip: ModelOutput
    frame_logits: Float[Tensor, "B T"]


class LiteFakeSTormer(nn.Module):
    """A FakeSTormer and an image network that look at the same crops (decision 0015).

    `motion_member`, where there is one, looks at the windows around the clips; it is asked apart.
    """

    def __init__(self, config: ModelConfig, with_motion: bool = False) -> None:
        super().__init__()
        self.config = config
        self.fakestormer = FakeSTormer(config)
        self.image_network = ImageNetwork()
        self.motion_member = MotionMember() if with_motion else None

    def forward(self, clips: Float[Tensor, "B T 3 H W"]) -> LiteOutput:
        """Both members' answers; `clips` as `preprocess` gives them."""
        frame_logits: Tensor = self.image_network(clips.flatten(0, 1))
        return LiteOutput(self.fakestormer(clips), frame_logits.view(clips.shape[:2]))
