from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.lite_network import speck

from fakestormer.model import (
    ClipProtocol,
    FakeSTormer,
    LiteFakeSTormer,
    ModelConfig,
    PublishedConfig,
    PublishedFakeSTormer,
    load_weights,
    save_weights,
)
from fakestormer.model.weights import METADATA_KEY, change_note
from fakestormer.types import (
    PLAIN_MEAN,
    Calibration,
    ClipSpec,
    ConfigError,
    FaceSizeNormalisation,
    ScoringRule,
    SegmentSearch,
    WeightsError,
)

CONFIG = ModelConfig(name="test", width=24, depth=1, num_heads=3, image_size=32, token_start="pooled")
SPEC = ClipSpec(image_size=32, frame_stride=2, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))
CALIBRATION = Calibration(slope=1.5, intercept=-0.2, real_to=0.3, fake_from=0.7, fitted_on="dev")


@pytest.fixture
def model() -> FakeSTormer:
    torch.manual_seed(0)
    return FakeSTormer(CONFIG).eval()


@pytest.fixture
def saved(model: FakeSTormer, tmp_path: Path) -> Path:
    path = tmp_path / "new folder" / "model.safetensors"
    save_weights(path, model, SPEC, {"licence": "Apache-2.0"}, CALIBRATION, {"steps": 7, "data": ["a", "b"]})
    return path


def rewritten(path: Path, out: Path, drop: str | None = None, **changes: object) -> Path:
    """The same file with another note, and without one tensor."""
    tensors = load_file(path)
    tensors = {name: tensor for name, tensor in tensors.items() if name != drop}
    header = json.loads(path.read_bytes()[8 : 8 + int.from_bytes(path.read_bytes()[:8], "little")])
    note = json.loads(header["__metadata__"][METADATA_KEY]) | changes
    save_file(tensors, out, {METADATA_KEY: json.dumps(note)})
    return out


def test_everything_that_was_saved_comes_back(model: FakeSTormer, saved: Path) -> None:
    loaded = load_weights(saved)
    assert loaded.model.config == CONFIG
    assert loaded.clip_spec == SPEC
    assert loaded.calibration == CALIBRATION
    assert loaded.protocol == ClipProtocol("consecutive")
    assert loaded.card == {"licence": "Apache-2.0"}
    assert loaded.training_record == {"steps": 7, "data": ["a", "b"]}
    assert loaded.name == "fakestormer-test"
    assert len(loaded.sha256) == 64
    assert not loaded.model.training
    clips = torch.randn(1, 4, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(loaded.model(clips).logits, model(clips).logits)
    assert [path.name for path in saved.parent.iterdir()] == ["model.safetensors"]


def test_both_members_of_lite_and_their_rule_come_back(tmp_path: Path) -> None:
    model, path, clips = speck(), tmp_path / "lite.safetensors", torch.randn(1, 4, 3, 32, 32)
    rule = ScoringRule(0.7, 1.3, 0.25, FaceSizeNormalisation(-0.5, 0.25, 4.0), SegmentSearch(window=3.0))
    save_weights(path, model, ClipSpec(image_size=32), {}, None, {}, rule=rule)
    loaded = load_weights(path)
    assert isinstance(loaded.model, LiteFakeSTormer)
    assert loaded.rule == rule
    with torch.no_grad():
        wanted, found = model(clips), loaded.model(clips)
    assert torch.equal(found.clip.logits, wanted.clip.logits)
    assert torch.equal(found.frame_logits, wanted.frame_logits)


def test_weights_that_bring_no_rule_get_that_of_their_kind(saved: Path, tmp_path: Path) -> None:
    published = PublishedFakeSTormer(PublishedConfig(width=16, depth=1, num_heads=2, image_size=32))
    for name, network in (("lite", speck()), ("published", published)):
        save_weights(tmp_path / name, network, ClipSpec(image_size=32), {}, None, {})
    assert load_weights(saved).rule == ScoringRule()
    assert load_weights(tmp_path / "lite").rule == ScoringRule(frame_weight=1.0)
    assert load_weights(tmp_path / "published").rule == PLAIN_MEAN


def test_another_rule_is_another_file_with_the_same_networks(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    change_note(saved, other, {"rule": dataclasses.asdict(ScoringRule(clip_weight=2.0))})
    before, after = load_weights(saved), load_weights(other)
    assert after.rule == ScoringRule(clip_weight=2.0)
    assert (after.networks_sha256, after.calibration) == (before.networks_sha256, before.calibration)
    assert after.sha256 != before.sha256
    changed = FakeSTormer(CONFIG)
    save_weights(other, changed, SPEC, {}, None, {})
    assert load_weights(other).networks_sha256 != before.networks_sha256


def test_the_same_model_makes_the_same_file(model: FakeSTormer, saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.safetensors"
    save_weights(again, model, SPEC, {"licence": "Apache-2.0"}, CALIBRATION, {"data": ["a", "b"], "steps": 7})
    assert load_weights(again).sha256 == load_weights(saved).sha256


def test_half_precision_halves_the_file_and_loads_as_float32(model: FakeSTormer, saved: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.safetensors"
    save_weights(half, model, SPEC, {"name": "mine"}, None, {}, half_precision=True)
    assert half.stat().st_size < 0.6 * saved.stat().st_size
    loaded = load_weights(half)
    assert loaded.name == "mine"
    assert loaded.calibration is None
    assert {tensor.dtype for tensor in loaded.model.state_dict().values()} == {torch.float32}
    clips = torch.randn(1, 4, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(loaded.model(clips).logits, model(clips).logits, atol=5e-3, rtol=0)


def test_a_missing_file_a_folder_and_a_text_file_are_refused_in_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "weights.safetensors"
    text.write_text("these are not weights")
    empty = tmp_path / "empty.safetensors"
    empty.write_bytes(b"")
    expected = {
        tmp_path / "none.safetensors": "does not exist",
        tmp_path: "is a folder",
        text: "is not a safetensors file",
        empty: "is not a safetensors file",
    }
    for path, sentence in expected.items():
        with pytest.raises(WeightsError, match=sentence) as caught:
            load_weights(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_torch_pickle_is_sent_to_convert(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    for old_format in (True, False):
        torch.save({"a": torch.zeros(2)}, path, _use_new_zipfile_serialization=not old_format)
        with pytest.raises(WeightsError, match="fakestormer convert"):
            load_weights(path)


def test_a_truncated_file_is_refused(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-10])
    with pytest.raises(WeightsError, match="is not a safetensors file"):
        load_weights(saved)


def test_a_foreign_safetensors_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"a": torch.zeros(2)}, path)
    with pytest.raises(WeightsError, match="without fakestormer's metadata"):
        load_weights(path)


def test_another_format_version_is_refused_with_both_versions(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "new.safetensors", format_version=1)
    with pytest.raises(WeightsError, match=r"version 1, this fakestormer reads version 2"):
        load_weights(path)


def test_weights_with_a_setting_of_another_version_say_so(saved: Path, tmp_path: Path) -> None:
    settings = {"name": "t", "width": 24, "depth": 1, "num_heads": 3, "direct_vote": True}
    with pytest.raises(WeightsError, match=r"another version of fakestormer, with the setting direct_vote"):
        load_weights(rewritten(saved, tmp_path / "old.safetensors", model_config=settings))


def test_damaged_metadata_is_refused(saved: Path, tmp_path: Path) -> None:
    endless = {"name": "t", "width": float("inf"), "depth": 1, "num_heads": 3}  # these two were found by fuzzing
    found = ({"model_config": endless}, {"model_config": 7})
    spoilt = ({"kind": "resnet"}, {"model_config": {"width": 24}}, {"clip_spec": None}, *found)
    for number, changes in enumerate(spoilt):
        with pytest.raises(WeightsError, match="damaged metadata"):
            load_weights(rewritten(saved, tmp_path / f"{number}.safetensors", **changes))


def test_missing_and_misshapen_tensors_are_named(saved: Path, tmp_path: Path) -> None:
    path = rewritten(saved, tmp_path / "missing.safetensors", drop="encoder.norm.bias")
    with pytest.raises(WeightsError, match=r"lacks tensor encoder\.norm\.bias"):
        load_weights(path)
    wider = dataclasses.asdict(dataclasses.replace(CONFIG, width=48))
    with pytest.raises(WeightsError, match=r"misshapen tensor classification_head\.linear\.weight"):
        load_weights(rewritten(saved, tmp_path / "wide.safetensors", model_config=wider))


def test_a_spread_protocol_needs_its_number_of_frames() -> None:
    with pytest.raises(ConfigError, match="num_frames=None"):
        ClipProtocol("spread")
