from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.lite_network import SPECK, speck

from fakestormer.detector import DetectorConfig
from fakestormer.detector.score import ClipScorer
from fakestormer.model import (
    FakeSTormer,
    LiteFakeSTormer,
    LoadedWeights,
    ModelConfig,
    load_weights,
    preprocess,
    save_weights,
)
from fakestormer.model.attribution import Network
from fakestormer.types import ClipSpec, FaceClip, FaceSizeNormalisation, ScoringRule, TimeSpan, WindowSpec


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


WINDOWED = ClipSpec(image_size=32, window=WindowSpec(num_frames=16, image_size=112))


def with_windows(folder: Path, count: int = 3) -> tuple[LoadedWeights, list[FaceClip]]:
    """Weights with a motion member, and clips whose windows overlap by all but four frames."""
    model = LiteFakeSTormer(SPECK, with_motion=True).eval()
    save_weights(folder / "w.safetensors", model, WINDOWED, {"name": "t"}, None, {})
    crops = list(np.random.default_rng(1).integers(0, 256, (16 + 4 * count, 112, 112, 3), dtype=np.uint8))
    clips = []
    for first in range(0, 4 * count, 4):
        frames = tuple(range(first, first + 16))
        clips.append(replace(clip_of_scale(1.0), window=tuple(crops[k] for k in frames), window_frames=frames))
    return load_weights(folder / "w.safetensors"), clips


def test_the_motion_of_a_window_is_read_the_same_alone_and_among_neighbours_that_share_its_frames(tmp_path) -> None:
    weights, clips = with_windows(tmp_path)
    config = DetectorConfig(device="cpu", batch_size=2)
    together = [one.motion_logit for one in ClipScorer(weights, config, weights.rule).score(clips)]
    alone = [next(ClipScorer(weights, config, weights.rule).score([clip])).motion_logit for clip in clips]
    assert together == pytest.approx(alone, abs=1e-5)
    assert len(set(together)) == len(clips)


def test_another_video_does_not_hear_of_the_landmarks_of_the_last_one(tmp_path) -> None:
    weights, clips = with_windows(tmp_path, count=1)
    scorer = ClipScorer(weights, DetectorConfig(device="cpu"), weights.rule)
    (first,) = scorer.score(clips)
    other = replace(clips[0], window=tuple(255 - crop for crop in clips[0].window))
    (second,) = scorer.score([other])
    assert first.motion_logit != second.motion_logit


def test_a_face_seen_too_shortly_for_a_window_is_scored_without_its_motion(tmp_path) -> None:
    weights, _ = with_windows(tmp_path)
    (scored,) = ClipScorer(weights, DetectorConfig(device="cpu"), weights.rule).score([clip_of_scale(1.0)])
    assert scored.motion_logit is None
    assert np.isfinite(scored.clip_logit)
