from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from fakestormer.model.depthwise import depthwise_conv2d, image_gradient, kernel_gradient

# kernel, stride, padding, size: the layers of EfficientNet-Lite0, and sizes at which a strided kernel leaves a rest
LAYERS = [(3, 1, 1, 7), (5, 1, 2, 8), (3, 2, 0, 9), (3, 2, 0, 10), (5, 2, 0, 11), (5, 2, 0, 12), (5, 1, 0, 6)]


@pytest.mark.parametrize(("kernel", "stride", "padding", "size"), LAYERS)
def test_gradients_are_torchs_own(kernel: int, stride: int, padding: int, size: int) -> None:
    torch.manual_seed(0)
    images = torch.randn(2, 4, size, size + 1, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(4, 1, kernel, kernel, dtype=torch.float64, requires_grad=True)
    output = functional.conv2d(images, weight, stride=stride, padding=padding, groups=4)
    gradient = torch.randn_like(output)
    by_images, by_weight = torch.autograd.grad(output, (images, weight), gradient)
    with torch.no_grad():
        ours = image_gradient(gradient, weight, images.shape, stride, padding)
        torch.testing.assert_close(ours, by_images)
        torch.testing.assert_close(kernel_gradient(images, gradient, kernel, stride, padding), by_weight)


@pytest.mark.parametrize(("kernel", "stride", "padding", "size"), LAYERS)
def test_under_bfloat16_autocast_gradients_point_where_float32_ones_do(
    kernel: int, stride: int, padding: int, size: int
) -> None:
    torch.manual_seed(0)
    images = torch.randn(3, 16, size, size).contiguous(memory_format=torch.channels_last).requires_grad_()
    weight = torch.randn(16, 1, kernel, kernel, requires_grad=True)
    bias = torch.randn(16, requires_grad=True)
    leaves = (images, weight, bias)
    exact = functional.conv2d(images, weight, bias, stride, padding, groups=16)
    gradient = torch.randn_like(exact)
    wanted = torch.autograd.grad(exact, leaves, gradient)
    with torch.autocast("cpu", torch.bfloat16):
        rough = depthwise_conv2d(images, weight, bias, stride, padding)
    assert rough.dtype == torch.bfloat16
    torch.testing.assert_close(rough.float(), exact, atol=0.1, rtol=0.05)
    for ours, theirs in zip(torch.autograd.grad(rough, leaves, gradient.bfloat16()), wanted, strict=True):
        assert ours.dtype == torch.float32
        assert functional.cosine_similarity(ours.flatten(), theirs.flatten(), dim=0) > 0.9999
        assert ours.norm() / theirs.norm() == pytest.approx(1, abs=0.01)


def test_without_autocast_it_is_torchs_convolution() -> None:
    images, weight, bias = torch.randn(1, 4, 6, 6), torch.randn(4, 1, 3, 3), torch.randn(4)
    ours = depthwise_conv2d(images, weight, bias, 1, 1)
    assert torch.equal(ours, functional.conv2d(images, weight, bias, padding=1, groups=4))
