from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from fakestormer.model.config import ModelConfig
from fakestormer.model.frozen_norm import FrozenBatchNorm
from fakestormer.model.stem import ConvNorm, EfficientNetStem, InvertedResidual, LinearStem, same_padding

LITE = ModelConfig(name="test", width=24, depth=1, num_heads=3, image_size=48, stem="efficientnet_lite0")


def test_patches_of_the_linear_stem_are_in_row_major_order() -> None:
    stem = LinearStem(ModelConfig(name="test", width=4, depth=1, num_heads=1, image_size=48))
    nn.init.ones_(stem.projection.weight)
    nn.init.zeros_(stem.projection.bias)
    images = torch.zeros(1, 3, 48, 48)
    images[0, 0, 17, 33] = 1.0  # row 1, column 2 of 3 x 3 patches
    assert stem(images)[0, :, 0].nonzero().flatten().tolist() == [5]


def test_patches_of_the_convolutional_stem_are_in_row_major_order() -> None:
    torch.manual_seed(0)
    stem = EfficientNetStem(LITE)
    images = torch.randn(2, 3, 48, 80)
    with torch.no_grad():
        maps = stem.features(images)
        tokens = stem(images)
        assert maps.shape == (2, 112, 3, 5)
        assert tokens.shape == (2, 15, 24)
        torch.testing.assert_close(tokens[1, 7], stem.projection(maps[1, :, 1, 2]), atol=1e-5, rtol=1e-4)


def test_normalisation_statistics_stay_put_in_training() -> None:
    stem = EfficientNetStem(LITE).train()
    before = {name: buffer.clone() for name, buffer in stem.named_buffers()}
    stem(torch.randn(2, 3, 48, 48) * 5 + 1).square().mean().backward()
    assert len(before) == 2 * 33
    assert all(torch.equal(buffer, before[name]) for name, buffer in stem.named_buffers())
    assert stem.first.norm.weight.grad is not None


def test_a_frozen_norm_is_batch_normalisation_in_eval_mode() -> None:
    torch.manual_seed(0)
    theirs = nn.BatchNorm2d(5, eps=1e-3).eval()
    ours = FrozenBatchNorm(5, 1e-3).train()
    for tensor in (theirs.weight.data, theirs.bias.data, theirs.running_mean, theirs.running_var):
        assert tensor is not None
        tensor.uniform_(0.5, 2.0)
    ours.load_state_dict({k: v for k, v in theirs.state_dict().items() if k != "num_batches_tracked"})
    maps = torch.randn(2, 5, 4, 3)
    torch.testing.assert_close(ours(maps), theirs(maps))


@pytest.mark.parametrize(
    ("kernel", "stride", "depthwise"), [(1, 1, False), (3, 2, False), (3, 1, True), (5, 2, True), (5, 1, True)]
)
@pytest.mark.parametrize("size", [11, 12])
def test_a_folded_convolution_is_the_convolution_followed_by_its_norm(
    kernel: int, stride: int, depthwise: bool, size: int
) -> None:
    torch.manual_seed(0)
    layer = ConvNorm(6, 6, kernel, stride, depthwise)
    for tensor in (layer.norm.weight.data, layer.norm.bias.data, layer.norm.running_mean, layer.norm.running_var):
        tensor.uniform_(0.5, 2.0)
    maps = torch.randn(2, 6, size, size)
    before, after = same_padding(size, kernel, stride)
    padded = functional.pad(maps, (before, after, before, after))
    plain = layer.norm(functional.conv2d(padded, layer.weight, stride=stride, groups=6 if depthwise else 1))
    torch.testing.assert_close(layer(maps), plain, atol=1e-5, rtol=1e-4)
    assert layer(maps).shape[-1] == -(-size // stride)


def test_the_odd_padding_pixel_is_at_the_end_as_in_tensorflow() -> None:
    assert same_padding(224, 3, 2) == (0, 1)
    assert same_padding(56, 5, 2) == (1, 2)
    assert same_padding(7, 3, 2) == (1, 1)


def test_activations_in_place_leave_outputs_and_gradients_to_the_bit() -> None:
    torch.manual_seed(0)
    block = InvertedResidual(4, 4, 3, 1, 6)
    maps = torch.randn(2, 4, 8, 8) * 3
    expanded = functional.relu6(block.expand(maps))
    plain = maps + block.project(functional.relu6(block.depthwise(expanded)))
    wanted = torch.autograd.grad(plain.square().sum(), list(block.parameters()))
    ours = block(maps)
    assert torch.equal(ours, plain)
    gradients = torch.autograd.grad(ours.square().sum(), list(block.parameters()))
    assert all(torch.equal(one, other) for one, other in zip(gradients, wanted, strict=True))
