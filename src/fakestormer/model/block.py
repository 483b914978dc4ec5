"""One decoupled space-time block of the revisited TimeSformer."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.attention import NORM_EPS, Attention, Perceptron


class SpaceTimeBlock(nn.Module):
    """Temporal attention, spatial attention, perceptron; each pre-norm with a residual (method, section 4)."""

    def __init__(self, width: int, num_heads: int, mlp_ratio: float, drop_path: float) -> None:
        super().__init__()
        self.temporal_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.temporal_attention = Attention(width, num_heads)
        self.temporal_linear = nn.Linear(width, width)
        self.spatial_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.spatial_attention = Attention(width, num_heads)
        self.mlp_norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.mlp = Perceptron(width, mlp_ratio)
        self.drop_path = drop_path

    def forward(self, grid: Float[Tensor, "B T1 N1 D"]) -> Float[Tensor, "B T1 N1 D"]:
        """The grid after one block."""
        grid = grid + self._dropped(self.temporal_linear(self._along_time(self.temporal_norm(grid))))
        grid = grid + self._dropped(self._along_space(self.spatial_norm(grid)))
        return grid + self._dropped(self.mlp(self.mlp_norm(grid)))

    def _along_time(self, grid: Float[Tensor, "B T1 N1 D"]) -> Float[Tensor, "B T1 N1 D"]:
        """Attention within every column n of the grid."""
        batch, rows, columns, width = grid.shape
        sequences = grid.transpose(1, 2).reshape(batch * columns, rows, width)
        attended: Tensor = self.temporal_attention(sequences)
        return attended.view(batch, columns, rows, width).transpose(1, 2)

    def _along_space(self, grid: Float[Tensor, "B T1 N1 D"]) -> Float[Tensor, "B T1 N1 D"]:
        """Attention within every row t of the grid."""
        attended: Tensor = self.spatial_attention(grid.flatten(0, 1))
        return attended.view(grid.shape)

    def _dropped(self, update: Float[Tensor, "B T1 N1 D"]) -> Float[Tensor, "B T1 N1 D"]:
        """Stochastic depth: in training, a clip's update is left out with probability `drop_path`, else enlarged."""
        if not self.training or self.drop_path == 0:
            return update
        kept = update.new_empty(len(update), 1, 1, 1).bernoulli_(1 - self.drop_path)
        return update * (kept / (1 - self.drop_path))
