from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tests.pipeline.tiny_run import tiny

from fakestormer.model import WarmStartReport
from fakestormer.training.start import make_model, refuse_random_encoder
from fakestormer.types import ConfigError, WeightsError

VIT = replace(tiny(), warm_start="vit")


def image_vit(width: int = 16, depth: int = 2) -> dict[str, torch.Tensor]:
    tensors = {
        "cls_token": torch.randn(1, 1, width),
        "pos_embed": torch.randn(1, 17, width),
        "patch_embed.proj.weight": torch.randn(width, 3, 16, 16),
        "head.weight": torch.randn(5, width),
    }
    sizes = {"attn.qkv": (3 * width, width), "attn.proj": (width, width)}
    sizes |= {"mlp.fc1": (4 * width, width), "mlp.fc2": (width, 4 * width)}
    for index in range(depth):
        for layer, size in sizes.items():
            tensors[f"blocks.{index}.{layer}.weight"] = torch.randn(size)
            tensors[f"blocks.{index}.{layer}.bias"] = torch.randn(size[0])
    norms = ["norm", *(f"blocks.{index}.norm{number}" for index in range(depth) for number in (1, 2))]
    tensors |= {f"{name}.{part}": torch.randn(width) for name in norms for part in ("weight", "bias")}
    return tensors | {"patch_embed.proj.bias": torch.randn(width)}


def test_a_vit_file_fills_the_encoder_and_every_tensor_is_accounted_for(tmp_path: Path) -> None:
    source = image_vit()
    save_file(source, tmp_path / "vit.safetensors")
    started = make_model(VIT, tmp_path / "vit.safetensors")
    assert started.report is not None
    assert set(started.report.used) | set(started.report.unused) == set(source)
    assert started.report.unused == ("head.weight",)
    assert torch.equal(started.model.encoder.norm.weight, source["norm.weight"])


def test_a_missing_file_is_one_sentence_that_names_the_variable(tmp_path: Path) -> None:
    for path, kind in ((None, ConfigError), (tmp_path / "missing", WeightsError)):
        with pytest.raises(kind, match="FAKESTORMER_WARM_START"):
            make_model(VIT, path)


def test_an_encoder_half_at_random_is_refused() -> None:
    heads = ("classification_head.linear.weight", "encoder.tokens.temporal_token")
    refuse_random_encoder(WarmStartReport((), (), heads))
    with pytest.raises(WeightsError, match=r"leaves encoder\.norm\.bias and 0 more"):
        refuse_random_encoder(WarmStartReport((), (), (*heads, "encoder.norm.bias")))


def test_weights_that_do_not_fit_the_stem_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"warm_start='efficientnet_lite0' .* model\.stem is 'linear'"):
        replace(tiny(), warm_start="efficientnet_lite0")


def test_norms_alone_are_refused_where_the_class_logit_would_be_blind() -> None:
    with pytest.raises(ConfigError, match="token_start='pooled'"):
        replace(tiny(), optimisation=replace(tiny().optimisation, trained="norms"))
