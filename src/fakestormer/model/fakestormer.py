"""FakeSTormer: the encoder and its three heads."""

from __future__ import annotations

from dataclasses import replace

from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.config import ModelConfig
from fakestormer.model.direct_vote import DirectVote
from fakestormer.model.encoder import Encoder
from fakestormer.model.heads import ClassificationHead, SpatialHead, TemporalHead, patch_volume
from fakestormer.model.output import ModelOutput


class FakeSTormer(nn.Module):
    """Normalised clips to a logit, spatial logits and a temporal map (method, section 4).

    A clip's output does not depend on the other clips of its batch.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.classification_head = ClassificationHead(config.width)
        self.spatial_head = SpatialHead(config.width, config.head_dropout)
        self.temporal_head = TemporalHead(config.width)
        self.direct_vote = DirectVote(config) if config.vote_blocks else None

    def forward(self, clips: Float[Tensor, "B T 3 H W"], *, with_vote: bool = True) -> ModelOutput:
        """The three heads' answers, float32; `clips` as `preprocess` gives them, T and H = W as configured.

        `with_vote=False`, for training: the logits are what the temporal tokens say, without the direct vote.
        """
        if self.direct_vote is None or not with_vote:
            return self._read_grid(self.encoder.embed(clips))
        return self.answer(self.embed(clips))

    def embed(self, clips: Float[Tensor, "B T 3 H W"]) -> tuple[Tensor, ...]:
        """The patch embeddings; with `answer` the same as `forward`, in two steps.

        The encoder's (B T N D), and where there is a direct vote its own (B T V E).
        """
        patches = self.encoder.embed(clips)
        return (patches,) if self.direct_vote is None else (patches, self.direct_vote.embed(clips))

    def answer(self, patches: tuple[Tensor, ...]) -> ModelOutput:
        """The three heads' answers to patch embeddings."""
        if self.direct_vote is None:
            return self._read_grid(patches[0])
        own, of_the_vote = patches
        output = self._read_grid(own)
        vote = self.direct_vote(of_the_vote).float()
        return replace(output, logits=output.logits + vote, token_logits=output.logits)

    def _read_grid(self, patches: Float[Tensor, "B T N D"]) -> ModelOutput:
        grid = self.encoder.mix(patches)
        volume = patch_volume(grid[:, 1:, 1:], self.config.grid_size)
        return ModelOutput(
            logits=self.classification_head(grid[:, 0, 1:]).float(),
            spatial_logits=self.spatial_head(grid[:, 1:, 0]).float(),
            temporal_map=self.temporal_head(volume).float(),
        )
