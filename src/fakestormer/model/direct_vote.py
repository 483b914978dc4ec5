"""A linear answer from what the patches of a frozen image ViT look like, in the face and around it (decision 0012).

Beyond the paper.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fakestormer.model.config import ModelConfig
from fakestormer.model.image_encoder import ImageEncoder

# Neighbouring frames differ little: every second one is seen, and stands for the next as well.
FRAME_STEP = 2
SMALLEST_VARIANCE = 1e-6  # so that the deviation of patches that are all alike has a slope


class DirectVote(nn.Module):
    """Clips to one logit, linear in mean and deviation of their patches inside the face and outside of it.

    Inside is the middle of the crop, half its width and height (rounded outwards), outside all the rest: hair, neck and
    background went through the same camera and codec as the face. Nothing of it is ever trained: the linear layer is
    fitted (`training/vote_fit.py`), and says 0 before.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.encoder = ImageEncoder(config)
        self.grid_size = config.vote_grid_size
        # One axis: weights files keep it in full precision, because its sums of large numbers nearly cancel.
        self.weight = nn.Parameter(torch.zeros(4 * config.vote_width * len(config.vote_blocks)))
        self.bias = nn.Parameter(torch.zeros(()))
        self.requires_grad_(False)

    def embed(self, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T V E"]:
        """The ViT's patches of every frame; those of a frame that it does not look at are those of the frame before."""
        seen = clips[:, ::FRAME_STEP]
        patches: Tensor = self.encoder(seen.flatten(0, 1)).unflatten(0, seen.shape[:2])
        return patches.repeat_interleave(FRAME_STEP, dim=1)[:, : clips.shape[1]]

    def describe(self, patches: Float[Tensor, "B T V E"]) -> Float[Tensor, "B F"]:
        """Mean and deviation inside, then mean and deviation outside, each averaged over frames: F is 4 E.

        In the precision of the weights.
        """
        inside, outside = self._regions(patches.to(self.weight.dtype))
        numbers = []
        for region in (inside, outside):
            numbers += [region.mean(2), (region.var(2, correction=0) + SMALLEST_VARIANCE).sqrt()]
        return torch.cat(numbers, dim=-1).mean(1)

    def forward(self, patches: Float[Tensor, "B T V E"]) -> Float[Tensor, " B"]:
        """One logit a clip; fake is positive."""
        with torch.autocast(patches.device.type, enabled=False):
            vote: Tensor = self.describe(patches) @ self.weight + self.bias
        return vote

    def _regions(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        margin = self.grid_size // 4
        middle = torch.zeros(self.grid_size, self.grid_size, dtype=torch.bool, device=patches.device)
        middle[margin : self.grid_size - margin, margin : self.grid_size - margin] = True
        return patches[:, :, middle.flatten()], patches[:, :, ~middle.flatten()]
