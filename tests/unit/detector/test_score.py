from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.lite_network import speck

from fakestormer.detector import DetectorConfig
from fakestormer.detector.score import ClipScorer
from fakestormer.model import FakeSTormer, LoadedWeights, ModelConfig, load_weights, preprocess, save_weights
from fakestormer.model.attribution import Network
from fakestormer.types import ClipSpec, FaceClip, FaceSizeNormalisation, ScoringRule, TimeSpan


def loaded(folder: Path, model: Network) -> LoadedWeights:
    save_weights(folder / "w.safetensors", model, ClipSpec(image_size=32), {"name": "t"}, None, {})
    return load_weights(folder / "w.safetensors")


@pytest.fixture
def weights(tmp_path: Path) -> LoadedWeights:
    return loaded(tmp_path, FakeSTormer(ModelConfig(name="speck", width=16, depth=1, num_heads=1, image_size=32)))


def clip_of_scale(scale: float) -> FaceClip:
    """The same pictures at any scale, turned by a quarter: a crop's scale must not depend on its rotation."""
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    to_frame = np.tile(np.array([[0.0, -scale, 5.0], [scale, 0.0, 7.0]]), (4, 1, 1))
    return FaceClip(0, TimeSpan(0.0, 0.2), np.arange(4), images, to_frame)


def test_evidence_is_raw_whatever_the_rule(weights: LoadedWeights) -> None:
    clips = [clip_of_scale(scale) for scale in (0.5, 1.0, 3.0, 40.0)]
    rules = ScoringRule(), ScoringRule(3.0, 0.0, 0.5, FaceSizeNormalisation(-1.5, 0.25, 4.0))
    one, other = (list(ClipScorer(weights, DetectorConfig(device="cpu"), rule).score(clips)) for rule in rules)
    assert [clip.crop_scale for clip in one] == pytest.approx([0.5, 1.0, 3.0, 40.0])
    assert [clip.clip_logit for clip in one] == [clip.clip_logit for clip in other]
    assert len({round(clip.clip_logit, 6) for clip in one}) == 1  # the same pictures at any size


def test_a_network_without_an_image_network_says_nothing_of_single_frames(weights: LoadedWeights) -> None:
    (scored,) = ClipScorer(weights, DetectorConfig(device="cpu", flip=True), weights.rule).score([clip_of_scale(1.0)])
    assert scored.frame_logits.shape == (0,)


@pytest.mark.parametrize("flip", [False, True])
def test_both_members_of_lite_are_told_apart_and_with_mirrored_clips_as_the_mean_of_both_ways(
    tmp_path: Path, flip: bool
) -> None:
    weights, clip = loaded(tmp_path, speck()), clip_of_scale(1.0)
    (scored,) = ClipScorer(weights, DetectorConfig(device="cpu", flip=flip), weights.rule).score([clip])
    ways = [clip.images, clip.images[:, :, ::-1]] if flip else [clip.images]
    pictures = preprocess(torch.from_numpy(np.stack(ways)), weights.clip_spec.mean, weights.clip_spec.std)
    with torch.no_grad():
        said = [weights.model(way[None]) for way in pictures]
    assert scored.clip_logit == pytest.approx(np.mean([one.clip.logits.item() for one in said]), abs=1e-5)
    frames = np.mean([one.frame_logits[0].numpy() for one in said], axis=0)
    assert frames.std() > 1e-4
    assert scored.frame_logits == pytest.approx(frames, abs=1e-5)
