"""Depthwise convolution whose bfloat16 gradients are fast on CPUs.

oneDNN's bfloat16 depthwise gradients are slow for strided input gradients (50 to 200 ms a layer, where the forward
takes 1 to 7, 24 images on one Zen 4 core) and for 5 x 5 kernel gradients (60 to 120 ms). The same numbers come from
layers it is good at: a strided input gradient is one small stride-1 convolution for each parity of rows and columns,
and a 5 x 5 kernel gradient is four overlapping 3 x 3 ones.
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


def depthwise_conv2d(
    images: Float[Tensor, "S channels H W"],
    weight: Float[Tensor, "channels 1 k k"],
    bias: Float[Tensor, " channels"],
    stride: int,
    padding: int,
) -> Float[Tensor, "S channels h w"]:
    """The same as torch's conv2d with one group a channel; odd kernels, stride 1 or 2.

    Anywhere but in bfloat16 on a CPU with gradients wanted it *is* torch's conv2d. Padding with stride 2 must be 0:
    pad before.
    """
    dtype = images.dtype
    if images.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
        dtype = torch.get_autocast_dtype("cpu")
    if images.device.type != "cpu" or dtype != torch.bfloat16 or not torch.is_grad_enabled():
        return functional.conv2d(images, weight, bias, stride, padding, groups=len(weight))
    convolved: Tensor = _Depthwise.apply(images.to(dtype), weight.to(dtype), bias.to(dtype), stride, padding)  # type: ignore[no-untyped-call]
    return convolved


class _Depthwise(torch.autograd.Function):
    """torch's forward, our gradients."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
        ctx.save_for_backward(images, weight)
        ctx.stride, ctx.padding = stride, padding
        return functional.conv2d(images, weight, bias, stride, padding, groups=len(weight))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None, None, None]:
        images, weight = ctx.saved_tensors
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        wants_images, wants_weight, wants_bias = ctx.needs_input_grad[:3]
        return (
            image_gradient(gradient, weight, images.shape, ctx.stride, ctx.padding) if wants_images else None,
            kernel_gradient(images, gradient, weight.shape[-1], ctx.stride, ctx.padding) if wants_weight else None,
            gradient.sum((0, 2, 3)) if wants_bias else None,
            None,
            None,
        )


def image_gradient(
    gradient: Tensor, weight: Tensor, shape: torch.Size, stride: int, padding: int
) -> Float[Tensor, "S channels H W"]:
    """The gradient by the images: the gradient by the output, convolved with the flipped kernel.

    With stride 2, rows and columns of each parity see every other row and column of the kernel only.
    """
    kernel = weight.shape[-1]
    if stride == 1:
        flipped = weight.flip(2, 3)
        return functional.conv2d(gradient, flipped, padding=kernel - 1 - padding, groups=len(weight))
    whole = torch.empty(shape, dtype=gradient.dtype, memory_format=torch.channels_last)
    for row in range(2):
        for column in range(2):
            part = weight[:, :, row::2, column::2].flip(2, 3)
            reach = (part.shape[2] - 1, part.shape[3] - 1)
            seen = functional.conv2d(gradient, part, padding=reach, groups=len(weight))
            place = whole[:, :, row::2, column::2]
            height, width = min(place.shape[2], seen.shape[2]), min(place.shape[3], seen.shape[3])
            place[:, :, height:] = 0
            place[:, :, :, width:] = 0
            place[:, :, :height, :width] = seen[:, :, :height, :width]
    return whole


def kernel_gradient(
    images: Tensor, gradient: Tensor, kernel: int, stride: int, padding: int
) -> Float[Tensor, "channels 1 k k"]:
    """The gradient by the kernel; a 5 x 5 one from its four corners of 3 x 3."""
    if kernel != 5:
        return _native_kernel_gradient(images, gradient, kernel, stride, padding)
    padded = functional.pad(images, (padding,) * 4) if padding else images
    height, width = padded.shape[2] - 2, padded.shape[3] - 2
    whole = gradient.new_empty(gradient.shape[1], 1, 5, 5)
    for row in (0, 2):
        for column in (0, 2):
            window = padded[:, :, row : row + height, column : column + width]
            part = _native_kernel_gradient(window, gradient, 3, stride, 0)
            whole[:, :, row : row + 3, column : column + 3] = part
    return whole


def _native_kernel_gradient(images: Tensor, gradient: Tensor, kernel: int, stride: int, padding: int) -> Tensor:
    """Torch's own."""
    channels = gradient.shape[1]
    weight = gradient.new_empty(channels, 1, kernel, kernel)
    by_kernel: Tensor = torch.ops.aten.convolution_backward(
        gradient,
        images,
        weight,
        [0],
        [stride, stride],
        [padding, padding],
        [1, 1],
        False,
        [0, 0],
        channels,
        [False, True, False],
    )[1]
    return by_kernel
