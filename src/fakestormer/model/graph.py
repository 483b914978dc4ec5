"""The whole computation as one graph, from crops as they are cut to the answers of every member, flat."""

from __future__ import annotations

from typing import Final

from jaxtyping import UInt8
from torch import Tensor, nn

from fakestormer.model.attribution import Network
from fakestormer.model.lite import LiteFakeSTormer, LiteOutput
from fakestormer.model.preprocess import preprocess
from fakestormer.model.published import PublishedFakeSTormer
from fakestormer.types import ClipSpec

OUTPUTS: Final = ("logits", "spatial_logits", "temporal_map", "frame_logits")  # in this order


class ScoringGraph(nn.Module):
    """A network with its pre-processing; what the detector runs, and what is exported.

    Outputs, by their places in `OUTPUTS`: "logits", one a clip; "spatial_logits", one a frame; "temporal_map", every
    value at the frame and patch that it is about; and "frame_logits", one a frame, of networks with an image network.
    """

    def __init__(self, network: Network, clip_spec: ClipSpec) -> None:
        super().__init__()
        self.network = network
        self._mean, self._std = clip_spec.mean, clip_spec.std

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of what `forward` gives."""
        return OUTPUTS if isinstance(self.network, LiteFakeSTormer) else OUTPUTS[:3]

    def forward(self, clips: UInt8[Tensor, "B T H W 3"]) -> tuple[Tensor, ...]:
        """The answers, float32; `clips` are RGB, as a ClipSpec has them cut."""
        output = self.network(preprocess(clips, self._mean, self._std))
        clip = output.clip if isinstance(output, LiteOutput) else output
        temporal = clip.temporal_map
        if isinstance(self.network, PublishedFakeSTormer):
            temporal = self.network.unscrambled(temporal)
        answers = (clip.logits, clip.spatial_logits, temporal)
        return (*answers, output.frame_logits) if isinstance(output, LiteOutput) else answers
