from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from fakestormer.model import PublishedConfig, PublishedFakeSTormer, convert_published, load_weights
from fakestormer.model.conversion import published_tensor_names
from fakestormer.types import ClipSpec, WeightsError

CONFIG = PublishedConfig(width=64, depth=1, num_heads=1, image_size=32, num_frames=2)


def checkpoint() -> dict[str, Tensor]:
    """The authors' names and shapes, made from the names table backwards."""
    torch.manual_seed(0)
    state = PublishedFakeSTormer(CONFIG).state_dict()
    tensors = {theirs: torch.randn_like(state[ours]) for theirs, ours in published_tensor_names(CONFIG).items()}
    tensors["backbone.cls_token"] = tensors["backbone.cls_token"][None, None]
    tensors["backbone.pos_embed"] = tensors["backbone.pos_embed"][None]
    tensors["backbone.time_embed"] = torch.randn(1, 3, 64)
    return tensors | {"backbone.temp_token": torch.randn(1, 1, 64)}


class Surprise:
    """Would run on unpickling."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path("surprise").write_text, ("ran",))


@pytest.mark.parametrize("wrap", ["", "state_dict", "model"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_shapes_tell_the_configuration_and_wrappers_do_not_matter(tmp_path: Path, wrap: str, prefix: str) -> None:
    tensors: object = {prefix + name: tensor for name, tensor in checkpoint().items()}
    torch.save({wrap: tensors, "epoch": 1} if wrap else tensors, tmp_path / "best.pth")
    report = convert_published(tmp_path / "best.pth", tmp_path / "out.safetensors")
    assert report.config == CONFIG
    assert report.unused == ("backbone.temp_token",)
    loaded = load_weights(tmp_path / "out.safetensors")
    assert loaded.name == "published-best"
    assert loaded.clip_spec == ClipSpec(num_frames=2, image_size=32)
    assert loaded.training_record["source_sha256"] == report.source_sha256
    assert torch.equal(loaded.model.state_dict()["temporal_positions"], checkpoint()["backbone.time_embed"][0, :2])


def test_a_safetensors_file_of_the_same_tensors_is_converted_too(tmp_path: Path) -> None:
    save_file(checkpoint(), tmp_path / "p.safetensors")
    assert convert_published(tmp_path / "p.safetensors", tmp_path / "out.safetensors").config == CONFIG


def test_nothing_in_the_file_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": checkpoint(), "args": Surprise()}, tmp_path / "bad.pth")
    (tmp_path / "bad.pkl").write_bytes(pickle.dumps(Surprise()))
    for name in ("bad.pth", "bad.pkl"):
        with pytest.raises(WeightsError, match="not run"):
            convert_published(tmp_path / name, tmp_path / "out.safetensors")
    assert not (tmp_path / "surprise").exists()
    assert not (tmp_path / "out.safetensors").exists()


def test_missing_unknown_and_misshapen_tensors_are_named(tmp_path: Path) -> None:
    whole = checkpoint()
    without = {name: tensor for name, tensor in whole.items() if name != "backbone.norm.bias"}
    cases = {
        r"lacks tensor backbone\.norm\.bias": without,
        r"unknown tensor surplus\.weight": whole | {"surplus.weight": torch.zeros(1)},
        r"tensor keypoint_head\.cls\.fc_out\.weight of shape \(64, 1\)": whole
        | {"keypoint_head.cls.fc_out.weight": torch.zeros(64, 1)},
        r"backbone\.patch_embed\.proj\.weight": {"a": torch.zeros(1)},
        "contains no state dict": {"a": 1},
    }
    for sentence, tensors in cases.items():
        torch.save(tensors, tmp_path / "p.pth")
        with pytest.raises(WeightsError, match=sentence) as caught:
            convert_published(tmp_path / "p.pth", tmp_path / "out.safetensors")
        assert "\n" not in str(caught.value)


def test_files_that_are_no_checkpoints_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.pth").write_text("not a checkpoint at all")
    (tmp_path / "damaged.safetensors").write_bytes(b"\x40\0\0\0\0\0\0\0{]")
    cases = {"text.pth": "cannot be read", "none.pth": "cannot be read", "damaged.safetensors": "damaged safetensors"}
    for name, sentence in cases.items():
        with pytest.raises(WeightsError, match=sentence):
            convert_published(tmp_path / name, tmp_path / "out.safetensors")
