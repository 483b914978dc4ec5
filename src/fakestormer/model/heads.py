"""The three heads: class logit, spatial vulnerability of each frame, temporal vulnerability of each patch."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class ClassificationHead(nn.Module):
    """Temporal tokens, averaged over patches, to one logit."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 1)

    def forward(self, temporal_tokens: Float[Tensor, "B N D"]) -> Float[Tensor, " B"]:
        """One logit a clip; fake is positive."""
        logits: Tensor = self.linear(temporal_tokens.mean(1))
        return logits.squeeze(1)


class SpatialHead(nn.Module):
    """Spatial tokens to one logit a frame, each frame by itself: T is not in the weights."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, width // 4)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(width // 4, 1)

    def forward(self, spatial_tokens: Float[Tensor, "B T D"]) -> Float[Tensor, "B T"]:
        """How vulnerable each frame's worst patch is, as a logit."""
        logits: Tensor = self.linear(self.dropout(functional.gelu(self.hidden(spatial_tokens))))
        return logits.squeeze(2)


class TemporalHead(nn.Module):
    """Patch tokens as a volume, two convolutions along time: D -> D/4 -> 1, kernels (3, 1, 1).

    The volume keeps the order (t, row, column); the authors' checkpoints do not, see `published.py`.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden = nn.Conv3d(width, width // 4, (3, 1, 1), padding=(1, 0, 0))
        self.last = nn.Conv3d(width // 4, 1, (3, 1, 1), padding=(1, 0, 0))

    def forward(self, volume: Float[Tensor, "B D T R C"]) -> Float[Tensor, "B T R C"]:
        """How much each patch's vulnerability changes, in the standardised units of the training targets."""
        change: Tensor = self.last(functional.gelu(self.hidden(volume)))
        return change.squeeze(1)


def patch_volume(patches: Float[Tensor, "B T N D"], rows: int) -> Float[Tensor, "B D T R C"]:
    """Patch tokens of row-major order as a volume with `rows` rows."""
    batch, frames, count, width = patches.shape
    return patches.reshape(batch, frames, rows, count // rows, width).permute(0, 4, 1, 2, 3)
