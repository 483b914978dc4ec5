from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from pathlib import Path

import pytest

from fakestormer.detector import PROTOCOLS, Detector, DetectorConfig, choose_protocol
from fakestormer.detector.detector import UNCALIBRATED
from fakestormer.faces import TrackingConfig
from fakestormer.model import ClipProtocol, FakeSTormer, LoadedWeights, ModelConfig, load_weights, save_weights
from fakestormer.types import ClipSpec, ConfigError

# Results carry these hashes. Never change a line: a protocol that scores differently gets a new version and a new line.
HASHES = {
    ("ours", 1): "ead2fcd80c38f9307aa01f74cd7c055ef7332237de3ab57cc59697a2ab55f24c",
    ("published", 1): "f624456c72d6ce840d8888824278f1c5cda097d592e13153ec7b05fa3cf868b0",
}
TINY = ModelConfig(name="test", width=16, depth=1, num_heads=2, image_size=64)


def weights(spec: ClipSpec | None = None, protocol: ClipProtocol | None = None) -> LoadedWeights:
    return LoadedWeights(
        model=FakeSTormer(TINY),
        clip_spec=spec or ClipSpec(image_size=64),
        protocol=protocol or ClipProtocol(),
        size_level=None,
        calibration=None,
        card={},
        training_record={},
        name="tiny",
        sha256="0" * 64,
    )


def test_a_protocol_that_has_been_published_does_not_change() -> None:
    assert {(one.name, one.version): one.sha256 for one in PROTOCOLS.values()} == HASHES


def test_the_documents_name_the_hashes() -> None:
    text = (Path(__file__).parents[3] / "docs" / "training.md").read_text("utf-8")
    for (name, version), sha256 in HASHES.items():
        assert re.search(rf"`{name}` {version} \|.*`{sha256}`", text)


def test_the_hash_is_that_of_canonical_json() -> None:
    published = PROTOCOLS["published"]
    text = published.canonical()
    content = json.loads(text)
    assert list(content) == sorted(content)
    assert " " not in text.replace("mean logit", "").replace("highest score", "").replace(content["size_level"], "")
    assert hashlib.sha256(text.encode()).hexdigest() == published.sha256
    assert dataclasses.replace(published, num_frames=64).sha256 != published.sha256


def test_the_published_protocol_is_the_papers() -> None:
    published = PROTOCOLS["published"]
    assert (published.frames, published.num_frames, published.clip_length) == ("spread", 32, 4)
    assert (published.box_enlargement, published.crop_margin) == (0.25, 15 / 256)
    assert (published.clips_to_face, published.flip) == ("mean logit", False)


def test_weights_are_tested_as_they_were_made_for_unless_told_otherwise() -> None:
    authors = weights(protocol=ClipProtocol("spread", 32))
    assert choose_protocol(weights(), DetectorConfig()) == PROTOCOLS["ours"]
    assert choose_protocol(authors, DetectorConfig()) == PROTOCOLS["published"]
    assert choose_protocol(authors, DetectorConfig(protocol="ours")) == PROTOCOLS["ours"]
    assert choose_protocol(weights(), DetectorConfig(protocol="published")) == PROTOCOLS["published"]


@pytest.mark.parametrize(
    "changed",
    [
        DetectorConfig(flip=True),
        DetectorConfig(clip_interval=0.5),
        DetectorConfig(detection_size=320),
        DetectorConfig(tracking=TrackingConfig(min_face_size=20.0)),
        DetectorConfig(flip=True, protocol="published"),
    ],
)
def test_other_settings_are_a_protocol_without_a_name(changed: DetectorConfig) -> None:
    protocol = choose_protocol(weights(), changed)
    assert (protocol.name, protocol.version) == ("custom", 0)
    assert protocol.sha256 not in HASHES.values()


def test_device_and_precision_are_no_part_of_it() -> None:
    config = DetectorConfig(device="cpu", precision="bfloat16", batch_size=1, key_frames=0)
    assert choose_protocol(weights(), config) == PROTOCOLS["ours"]


def test_weights_that_see_other_clips_cannot_follow_the_published_protocol() -> None:
    eight = weights(ClipSpec(image_size=64, num_frames=8))
    with pytest.raises(ConfigError, match=r"were trained on 8 frames, 0\.25 and 0\.0585938: use --protocol ours"):
        choose_protocol(eight, DetectorConfig(protocol="published"))
    with pytest.raises(ConfigError, match="there is no protocol 'mine': choose from ours, published"):
        choose_protocol(weights(), DetectorConfig(protocol="mine"))


def test_spread_weights_of_another_length_are_described_as_they_are() -> None:
    protocol = choose_protocol(weights(protocol=ClipProtocol("spread", 16)), DetectorConfig())
    assert (protocol.name, protocol.num_frames) == ("custom", 16)


def test_a_detector_says_its_protocol_among_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    save_weights(path, FakeSTormer(TINY), ClipSpec(image_size=64), {"name": "tiny"}, UNCALIBRATED, {})
    detector = Detector(load_weights(path), DetectorConfig(device="cpu", protocol="published"))
    provenance = detector._provenance("00", "")
    settings = dict(provenance.settings)
    assert (settings["protocol"], settings["protocol_version"]) == ("published", "1")
    assert settings["protocol_sha256"] == HASHES["published", 1]
