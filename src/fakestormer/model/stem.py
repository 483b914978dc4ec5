"""Frames to patch embeddings: the linear one of a ViT, or a convolutional one with ImageNet weights for `lite`."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from fakestormer.model.config import ModelConfig
from fakestormer.model.depthwise import depthwise_conv2d
from fakestormer.model.frozen_norm import FrozenBatchNorm

# EfficientNet-Lite0 up to stride 16: (kernel, stride, expansion, output channels) of every inverted residual.
# Tan and Le, arXiv 1905.11946, table 1, in the "lite" form: ReLU6, no squeeze-and-excitation.
LITE0_BLOCKS = (
    (3, 1, 1, 16),
    (3, 2, 6, 24),
    (3, 1, 6, 24),
    (5, 2, 6, 40),
    (5, 1, 6, 40),
    (3, 2, 6, 80),
    (3, 1, 6, 80),
    (3, 1, 6, 80),
    (5, 1, 6, 112),
    (5, 1, 6, 112),
    (5, 1, 6, 112),
)
LITE0_FIRST_CHANNELS = 32
LITE0_NORM_EPS = 1e-3


class LinearStem(nn.Module):
    """One linear map per patch, as in a ViT."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.projection = nn.Conv2d(3, config.width, config.patch_size, config.patch_size)

    def forward(self, images: Float[Tensor, "S 3 H W"]) -> Float[Tensor, "S N D"]:
        """Patch embeddings in row-major order."""
        embedded: Tensor = self.projection(images)
        return embedded.flatten(2).transpose(1, 2)


class ConvNorm(nn.Module):
    """A convolution with "same" padding and a frozen batch normalisation folded into it.

    Where the stride leaves an odd number of padding pixels, the extra one is at the bottom and right, as TensorFlow,
    where the ImageNet weights come from, has it.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, depthwise: bool = False) -> None:
        super().__init__()
        self.stride = stride
        self.depthwise = depthwise
        self.weight = nn.Parameter(torch.empty(outputs, 1 if depthwise else inputs, kernel, kernel))
        nn.init.kaiming_normal_(self.weight, mode="fan_out")
        self.norm = FrozenBatchNorm(outputs, LITE0_NORM_EPS)

    def forward(self, images: Float[Tensor, "S inputs H W"]) -> Float[Tensor, "S outputs h w"]:
        """The normalised map, before the activation; h = H / stride, rounded up."""
        scale, shift = self.norm.affine()
        weight = self.weight * scale[:, None, None, None]
        kernel = weight.shape[-1]
        padding = kernel // 2
        if self.stride != 1:
            vertical, horizontal = (same_padding(size, kernel, self.stride) for size in images.shape[-2:])
            images = functional.pad(images, (*horizontal, *vertical))
            padding = 0
        if self.depthwise:
            return depthwise_conv2d(images, weight, shift, self.stride, padding)
        return functional.conv2d(images, weight, shift, self.stride, padding)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Pixels to add before and after, so that a strided convolution gives size / stride pixels, rounded up."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class InvertedResidual(nn.Module):
    """EfficientNet-Lite's block: expand, depthwise, project; a residual where the shape stays."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = ConvNorm(inputs, hidden, 1) if expansion != 1 else None
        self.depthwise = ConvNorm(hidden, hidden, kernel, stride, depthwise=True)
        self.project = ConvNorm(hidden, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, images: Float[Tensor, "S inputs H W"]) -> Float[Tensor, "S outputs h w"]:
        """The block's output; linear, without an activation behind it."""
        hidden = images if self.expand is None else functional.relu6(self.expand(images), inplace=True)
        hidden = functional.relu6(self.depthwise(hidden), inplace=True)
        projected: Tensor = self.project(hidden)
        return images + projected if self.residual else projected


class EfficientNetStem(nn.Module):
    """EfficientNet-Lite0 up to stride 16 (112 channels) and a linear projection to the width.

    Runs in channels-last memory. The normalisation's statistics are frozen, also in training.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.first = ConvNorm(3, LITE0_FIRST_CHANNELS, 3, 2)
        blocks = []
        channels = LITE0_FIRST_CHANNELS
        for kernel, stride, expansion, outputs in LITE0_BLOCKS:
            blocks.append(InvertedResidual(channels, outputs, kernel, stride, expansion))
            channels = outputs
        self.blocks = nn.ModuleList(blocks)
        self.projection = nn.Linear(channels, config.width)

    def features(self, images: Float[Tensor, "S 3 H W"]) -> Float[Tensor, "S 112 R C"]:
        """The feature map at stride 16, as EfficientNet-Lite0 has it."""
        maps = images.contiguous(memory_format=torch.channels_last)
        maps = functional.relu6(self.first(maps), inplace=True)
        for block in self.blocks:
            maps = block(maps)
        return maps

    def forward(self, images: Float[Tensor, "S 3 H W"]) -> Float[Tensor, "S N D"]:
        """Patch embeddings in row-major order."""
        patches = self.features(images).flatten(2).transpose(1, 2)
        embedded: Tensor = self.projection(patches)
        return embedded


def make_stem(config: ModelConfig) -> LinearStem | EfficientNetStem:
    """The stem that the configuration asks for."""
    return LinearStem(config) if config.stem == "linear" else EfficientNetStem(config)


def embed_frames(stem: LinearStem | EfficientNetStem, clips: Float[Tensor, "B T 3 H W"]) -> Float[Tensor, "B T N D"]:
    """The patch embeddings of every frame of the clips."""
    patches: Tensor = stem(clips.flatten(0, 1))
    return patches.view(*clips.shape[:2], *patches.shape[1:])
