"""FakeSTormer: the encoder and its three heads."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.config import ModelConfig
from fakestormer.model.encoder import Encoder
from fakestormer.model.heads import ClassificationHead, DirectVote, SpatialHead, TemporalHead, patch_volume
from fakestormer.model.output import ModelOutput

Part = Literal["all", "vote", "blocks"]


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
        self.direct_vote = DirectVote(config) if config.direct_vote else None

    def forward(self, clips: Float[Tensor, "B T 3 H W"], *, part: Part = "all") -> ModelOutput:
        """The three heads' answers, float32; `clips` as `preprocess` gives them, T and H = W as configured.

        For training by itself, `part` leaves something out: with "vote" the logits are the direct vote's, and the other
        two heads are silent (zeros); with "blocks" the logits are what the temporal tokens say, without the vote.
        """
        if part == "vote":
            return self._vote(clips)
        return self._read_grid(self.encoder.embed(clips)) if part == "blocks" else self.answer(self.embed(clips))

    def embed(self, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T N E"]:
        """The patch embeddings; with `answer` the same as `forward`, in two steps.

        E is the width; with a direct vote twice the width, the encoder's embeddings followed by the vote's.
        """
        patches = self.encoder.embed(clips)
        return patches if self.direct_vote is None else torch.cat([patches, self.direct_vote.embed(clips)], dim=-1)

    def answer(self, patches: Float[Tensor, "B T N E"]) -> ModelOutput:
        """The three heads' answers to patch embeddings."""
        if self.direct_vote is None:
            return self._read_grid(patches)
        own, of_the_vote = patches.tensor_split(2, dim=-1)
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

    def _vote(self, clips: Float[Tensor, "B T 3 H W"]) -> ModelOutput:
        assert self.direct_vote is not None
        logits = self.direct_vote(self.direct_vote.embed(clips)).float()
        size = self.config.grid_size
        return ModelOutput(
            logits=logits,
            spatial_logits=logits.new_zeros(clips.shape[:2]),
            temporal_map=logits.new_zeros(*clips.shape[:2], size, size),
        )
