"""FakeSTormer: the encoder and its three heads."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.config import ModelConfig
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

    def forward(self, clips: Float[Tensor, "B T 3 H W"]) -> ModelOutput:
        """The three heads' answers, float32; `clips` as `preprocess` gives them, T and H = W as configured."""
        return self._answer(self.encoder(clips))

    def embed(self, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T N D"]:
        """The patch embeddings; with `answer` the same as `forward`, in two steps."""
        return self.encoder.embed(clips)

    def answer(self, patches: Float[Tensor, "B T N D"]) -> ModelOutput:
        """The three heads' answers to patch embeddings."""
        return self._answer(self.encoder.mix(patches))

    def _answer(self, grid: Float[Tensor, "B T1 N1 D"]) -> ModelOutput:
        volume = patch_volume(grid[:, 1:, 1:], self.config.grid_size)
        return ModelOutput(
            logits=self.classification_head(grid[:, 0, 1:]).float(),
            spatial_logits=self.spatial_head(grid[:, 1:, 0]).float(),
            temporal_map=self.temporal_head(volume).float(),
        )
