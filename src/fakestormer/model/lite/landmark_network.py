"""The points of a face in one small crop: the first half of EfficientNet-Lite0 and one linear layer.

Beyond the paper. It was taught by the mesh of 468 points that `prepare` finds, and takes 68 of them in the order that
the annotations of 300-W have (Sagonas et al. 2016): outline 0 to 16, brows to 26, nose to 35, eyes to 47, mouth to 67.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from fakestormer.model.stem import LITE0_BLOCKS, LITE0_FIRST_CHANNELS, ConvNorm, InvertedResidual

NUM_LANDMARKS = 68
# Which point of the face mesh stands for each.
FACEMESH_POINTS = (
    *(162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389),
    *(71, 63, 105, 66, 107, 336, 296, 334, 293, 301),
    *(168, 197, 5, 4, 75, 97, 2, 326, 305),
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87),
)
# Which point each becomes in a mirrored picture.
MIRRORED_POINTS = (
    *range(16, -1, -1),
    *range(26, 16, -1),
    *(27, 28, 29, 30, 35, 34, 33, 32, 31),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65),
)
INPUT_SIZE = 112  # pixels of what it looks at
SQUEEZED_CHANNELS = 48


class LandmarkNetwork(nn.Module):
    """68 points of the face in a crop of any size, brought to 112 pixels; runs in channels-last memory."""

    def __init__(self) -> None:
        super().__init__()
        self.first = ConvNorm(3, LITE0_FIRST_CHANNELS, 3, 2)
        blocks = []
        channels = LITE0_FIRST_CHANNELS
        for kernel, stride, expansion, outputs in LITE0_BLOCKS:
            blocks.append(InvertedResidual(channels, outputs, kernel, stride, expansion))
            channels = outputs
        self.blocks = nn.ModuleList(blocks)
        self.squeeze = nn.Conv2d(channels, SQUEEZED_CHANNELS, 1)
        self.head = nn.Linear(SQUEEZED_CHANNELS * (INPUT_SIZE // 16) ** 2, 2 * NUM_LANDMARKS)

    @torch.no_grad()
    def start_at(self, points: Float[Tensor, "points 2"]) -> None:
        """Makes it answer about these points, whatever it sees: where training begins."""
        self.head.weight.mul_(0.1)
        self.head.bias.copy_(points.flatten())

    def forward(self, images: Float[Tensor, "S 3 H W"]) -> Float[Tensor, "S points 2"]:
        """(x, y) of every point, float32, as a share of the crop's size, counted from its middle."""
        if images.shape[-1] != INPUT_SIZE:
            size = (INPUT_SIZE, INPUT_SIZE)
            images = functional.interpolate(images, size=size, mode="bilinear", antialias=True)
        maps = images.contiguous(memory_format=torch.channels_last)
        maps = functional.relu6(self.first(maps), inplace=True)
        for block in self.blocks:
            maps = block(maps)
        squeezed = functional.relu6(self.squeeze(maps)).flatten(1)
        points: Tensor = self.head(squeezed)
        return points.float().view(-1, NUM_LANDMARKS, 2)
