from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch

from fakestormer.model import FakeSTormer, ModelConfig
from fakestormer.types import ConfigError

SMALL = ModelConfig(name="test", width=24, depth=2, num_heads=3, image_size=48)
POOLED = dataclasses.replace(SMALL, token_start="pooled", stem="efficientnet_lite0", zero_init_temporal=False)


VOTE: dict[str, Any] = {"vote_blocks": (1,), "vote_width": 64, "vote_patch_size": 12}


def make_model(config: ModelConfig) -> FakeSTormer:
    torch.manual_seed(3)
    model = FakeSTormer(config).eval()
    with torch.no_grad():
        for parameter in model.encoder.blocks.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


@pytest.mark.parametrize("num_frames", [1, 3, 4, 8])
def test_every_clip_length_has_one_spatial_logit_a_frame_from_the_same_head(num_frames: int) -> None:
    config = dataclasses.replace(SMALL, num_frames=num_frames)
    model = make_model(config)
    with torch.no_grad():
        output = model(torch.randn(2, num_frames, 3, 48, 48))
    assert output.logits.shape == (2,)
    assert output.spatial_logits.shape == (2, num_frames)
    assert output.temporal_map.shape == (2, num_frames, 3, 3)
    shapes = {name: tensor.shape for name, tensor in model.spatial_head.state_dict().items()}
    assert shapes == {name: tensor.shape for name, tensor in make_model(SMALL).spatial_head.state_dict().items()}


@pytest.mark.parametrize(
    ("config", "millions"),
    [
        (ModelConfig.base(), 121.8),
        (ModelConfig.small(), 31.0),
        (ModelConfig.tiny(), 7.81),
        (ModelConfig.lite(), 2.06),
    ],
)
def test_sizes_have_the_parameters_they_say(config: ModelConfig, millions: float) -> None:
    with torch.device("meta"):
        model = FakeSTormer(config)
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, rel=0.01)


@pytest.mark.parametrize("config", [SMALL, POOLED])
def test_a_clip_does_not_lean_on_the_others_in_training_mode_either(config: ModelConfig) -> None:
    model = make_model(dataclasses.replace(config, drop_path=0.0, head_dropout=0.0)).train()
    clips = torch.randn(3, 4, 3, 48, 48)
    with torch.no_grad():
        together, alone = model(clips), model(clips[1:2])
    torch.testing.assert_close(together.logits[1:2], alone.logits, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(together.temporal_map[1:2], alone.temporal_map, atol=1e-5, rtol=1e-4)


def test_outputs_are_float32_under_bfloat16_autocast() -> None:
    model = make_model(POOLED)
    clips = torch.randn(1, 4, 3, 48, 48)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        rough = model(clips)
    with torch.no_grad():
        exact = model(clips)
    assert rough.logits.dtype == rough.spatial_logits.dtype == rough.temporal_map.dtype == torch.float32
    torch.testing.assert_close(rough.logits, exact.logits, atol=0.05, rtol=0.05)


def test_every_parameter_gets_a_gradient_from_the_three_heads() -> None:
    model = make_model(dataclasses.replace(POOLED, drop_path=0.0)).train()
    output = model(torch.randn(2, 4, 3, 48, 48))
    (output.logits.sum() + output.spatial_logits.sum() + output.temporal_map.square().sum()).backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert without == []


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"image_size": 50}, ("image_size=50", "patch_size=16")),
        ({"num_heads": 5}, ("width=24", "num_heads=5")),
        ({"stem": "efficientnet_lite0", "patch_size": 8}, ("stem", "patch_size=8")),
        ({"drop_path": 1.0}, ("drop_path=1.0", "head_dropout")),
        ({"depth": 0}, ("depth=0",)),
    ],
)
def test_contradicting_settings_are_refused_with_their_names(changes: dict[str, Any], names: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        dataclasses.replace(SMALL, **changes)
    assert all(name in str(caught.value) for name in names)
