from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakestormer.detector import PROTOCOLS, Detector, DetectorConfig, Protocol, choose_protocol
from fakestormer.detector.detector import UNCALIBRATED
from fakestormer.faces import TrackingConfig
from fakestormer.model import ClipProtocol, FakeSTormer, LoadedWeights, ModelConfig, load_weights, save_weights
from fakestormer.types import PLAIN_MEAN, ClipSpec, ConfigError, FaceSizeNormalisation, ScoringRule, SegmentSearch

# Results carry the hash of a protocol with the rule of their weights: here with the rule of weights that bring none of
# their own. Never change a line: a protocol that scores differently gets a new version and a new line.
RULES = {"ours": ScoringRule(), "published": PLAIN_MEAN}
HASHES = {
    ("ours", 3): "8324a9205bd8eb19573810347d09fbf2c0954a308a51853f7fdab47bac8cb142",
    ("published", 3): "ade9947d8a3f901bc33e24c73e1bbe8fd1657a8bb5f435a4862631618fc9595c",
}
# Of the descriptions alone, as the documents name them.
BARE_HASHES = {
    ("ours", 3): "415b8244dc60eaa99e0c86dbe2caac435750f32d8193229a1ce560f0dde2b6a1",
    ("published", 3): "b966c1648a140ea6be0a562af4e40c9b7a967bebd2bff0c2d37f033de5f45a2f",
}
RULE_PARTS = {"face_size": FaceSizeNormalisation, "segments": SegmentSearch}
TINY = ModelConfig(name="test", width=16, depth=1, num_heads=2, image_size=64)


def weights(spec: ClipSpec | None = None, protocol: ClipProtocol | None = None) -> LoadedWeights:
    return LoadedWeights(
        model=FakeSTormer(TINY),
        clip_spec=spec or ClipSpec(image_size=64),
        protocol=protocol or ClipProtocol(),
        rule=ScoringRule(),
        calibration=None,
        card={},
        training_record={},
        name="tiny",
        sha256="0" * 64,
        networks_sha256="1" * 64,
    )


def with_rule(name: str, rule: ScoringRule | None = None) -> Protocol:
    return dataclasses.replace(PROTOCOLS[name], rule=rule or RULES[name])


def changed_constants() -> Iterator[tuple[str, ScoringRule]]:
    """A rule in which everything is in use, and it with each of its constants changed, by the constant's name."""
    whole = ScoringRule(1.0, 0.5, 0.25, FaceSizeNormalisation(-1.5, 0.25, 4.0), SegmentSearch(), 0.75)
    yield "nothing", whole
    for part in ("face_size", "segments"):
        yield part, dataclasses.replace(whole, **{part: None})
        inner = getattr(whole, part)
        for field in dataclasses.fields(inner):
            moved = dataclasses.replace(inner, **{field.name: moved_a_little(getattr(inner, field.name))})
            yield f"{part}.{field.name}", dataclasses.replace(whole, **{part: moved})
    for name in ("clip_weight", "frame_weight", "share_between_faces", "motion_weight"):
        yield name, dataclasses.replace(whole, **{name: moved_a_little(getattr(whole, name))})


def moved_a_little(value: float) -> float:
    return value + 1 if isinstance(value, int) else value * 1.0001


def test_a_protocol_that_has_been_published_does_not_change() -> None:
    assert {(one.name, one.version): one.sha256 for one in PROTOCOLS.values()} == BARE_HASHES
    assert {(one.name, one.version): with_rule(one.name).sha256 for one in PROTOCOLS.values()} == HASHES


def test_every_constant_that_can_move_a_score_moves_the_hash() -> None:
    rules = dict(changed_constants())
    known = {f"{part}.{one.name}" for part, kind in RULE_PARTS.items() for one in dataclasses.fields(kind)}
    assert set(rules) == {"nothing", *known, *(one.name for one in dataclasses.fields(ScoringRule))}
    for hashes in ([rule.sha256 for rule in rules.values()], [with_rule("ours", one).sha256 for one in rules.values()]):
        assert len(set(hashes)) == len(rules)
    for name in PROTOCOLS:
        other = dataclasses.replace(RULES[name], clip_weight=1.0001)
        assert with_rule(name, other).sha256 not in HASHES.values()


def test_a_result_carries_the_hash_of_the_rule_of_its_weights() -> None:
    for changed in dict(changed_constants()).values():
        judged = choose_protocol(dataclasses.replace(weights(), rule=changed), DetectorConfig())
        assert (judged.name, judged.rule) == ("ours", changed)
        assert judged.sha256 == with_rule("ours", changed).sha256


def test_the_documents_name_the_hashes() -> None:
    text = (Path(__file__).parents[3] / "docs" / "training.md").read_text("utf-8")
    for (name, version), sha256 in BARE_HASHES.items():
        assert re.search(rf"`{name}` {version} \|.*`{sha256}`", text)


def test_the_hash_is_that_of_canonical_json() -> None:
    published = with_rule("published")
    text = published.canonical()
    content = json.loads(text)
    assert list(content) == sorted(content)
    assert " " not in text
    assert hashlib.sha256(text.encode()).hexdigest() == published.sha256
    assert dataclasses.replace(published, num_frames=64).sha256 != published.sha256


def test_the_published_protocol_is_the_papers() -> None:
    published = PROTOCOLS["published"]
    assert (published.frames, published.num_frames, published.clip_length) == ("spread", 32, 4)
    assert (published.box_enlargement, published.crop_margin, published.flip) == (0.25, 15 / 256, False)


def test_the_published_protocol_takes_nothing_from_the_mean_whatever_the_rule_of_the_weights() -> None:
    every = dict(changed_constants())["nothing"]
    rule = choose_protocol(dataclasses.replace(weights(), rule=every), DetectorConfig(protocol="published")).rule
    assert rule == ScoringRule(clip_weight=1.0, frame_weight=0.5, segments=None)
    assert choose_protocol(weights(), DetectorConfig(protocol="published")).rule == PLAIN_MEAN


def test_weights_are_tested_as_they_were_made_for_unless_told_otherwise() -> None:
    authors = weights(protocol=ClipProtocol("spread", 32))
    assert choose_protocol(weights(), DetectorConfig()) == with_rule("ours")
    assert choose_protocol(authors, DetectorConfig()) == with_rule("published")
    assert choose_protocol(authors, DetectorConfig(protocol="ours")) == with_rule("ours")
    assert choose_protocol(weights(), DetectorConfig(protocol="published")) == with_rule("published")


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
    config = DetectorConfig(device="cpu", precision="bfloat16", batch_size=1, evidence_frames=0)
    assert choose_protocol(weights(), config) == with_rule("ours")


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
    assert (settings["protocol"], settings["protocol_version"]) == ("published", "3")
    assert settings["protocol_sha256"] == HASHES["published", 3]
