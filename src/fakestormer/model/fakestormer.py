"""FakeSTormer: the encoder and its three heads."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.config import ModelConfig
from fakestormer.model.encoder import Encoder
from fakestormer.model.heads import ClassificationHead, DirectVote, SpatialHead, TemporalHead, patch_volume
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
        self.direct_vote = DirectVote(config.width) if config.direct_vote else None
        if config.direct_vote:  # at the start the vote alone decides
            nn.init.zeros_(self.classification_head.linear.weight)
            nn.init.zeros_(self.classification_head.linear.bias)

    def forward(self, clips: Float[Tensor, "B T 3 H W"], *, vote_only: bool = False) -> ModelOutput:
        """The three heads' answers, float32; `clips` as `preprocess` gives them, T and H = W as configured.

        `vote_only`: the logits are the direct vote's, and the other two heads are silent (zeros), for its training.
        """
        patches = self.embed(clips)
        return self._vote(patches) if vote_only else self.answer(patches)

    def embed(self, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T N D"]:
        """The patch embeddings; with `answer` the same as `forward`, in two steps."""
        return self.encoder.embed(clips)

    def answer(self, patches: Float[Tensor, "B T N D"]) -> ModelOutput:
        """The three heads' answers to patch embeddings."""
        grid = self.encoder.mix(patches)
        volume = patch_volume(grid[:, 1:, 1:], self.config.grid_size)
        logits = self.classification_head(grid[:, 0, 1:]).float()
        if self.direct_vote is not None:
            logits = logits + self.direct_vote(patches).float()
        return ModelOutput(
            logits=logits,
            spatial_logits=self.spatial_head(grid[:, 1:, 0]).float(),
            temporal_map=self.temporal_head(volume).float(),
        )

    def _vote(self, patches: Float[Tensor, "B T N D"]) -> ModelOutput:
        assert self.direct_vote is not None
        logits = self.direct_vote(patches).float()
        size = self.config.grid_size
        return ModelOutput(
            logits=logits,
            spatial_logits=logits.new_zeros(patches.shape[:2]),
            temporal_map=logits.new_zeros(*patches.shape[:2], size, size),
        )
