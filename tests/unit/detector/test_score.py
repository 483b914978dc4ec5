from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fakestormer.detector import DetectorConfig
from fakestormer.detector.score import ClipScorer
from fakestormer.model import FakeSTormer, LoadedWeights, ModelConfig, load_weights, preprocess, save_weights
from fakestormer.types import ClipSpec, FaceClip, SizeLevel, TimeSpan


@pytest.fixture
def weights(tmp_path: Path) -> LoadedWeights:
    model = FakeSTormer(ModelConfig(name="speck", width=16, depth=1, num_heads=1, image_size=32))
    save_weights(tmp_path / "w.safetensors", model, ClipSpec(image_size=32), {"name": "t"}, None, {})
    return load_weights(tmp_path / "w.safetensors")


def clip_of_scale(scale: float) -> FaceClip:
    """The same pictures at any scale, turned by a quarter: a crop's scale must not depend on its rotation."""
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    to_frame = np.tile(np.array([[0.0, -scale, 5.0], [scale, 0.0, 7.0]]), (4, 1, 1))
    return FaceClip(0, TimeSpan(0.0, 0.2), np.arange(4), images, to_frame)


def test_the_level_of_a_faces_size_is_taken_off_its_logit(weights: LoadedWeights) -> None:
    level = SizeLevel(-1.5, 0.25, 4.0, "a test")
    clips = [clip_of_scale(scale) for scale in (0.5, 1.0, 3.0, 40.0)]
    config = DetectorConfig(device="cpu")
    plain = list(ClipScorer(weights, config).score(clips))
    levelled = list(ClipScorer(replace(weights, size_level=level), config).score(clips))
    assert {one.token_logit for one in (*plain, *levelled)} == {None}
    plain, levelled = ([one.evidence for one in scored] for scored in (plain, levelled))
    assert [one.crop_scale for one in plain] == pytest.approx([0.5, 1.0, 3.0, 40.0])
    for before, after, scale in zip(plain, levelled, (0.5, 1.0, 3.0, 4.0), strict=True):
        assert before.logit - after.logit == pytest.approx(-1.5 * np.log(scale))


@pytest.mark.parametrize("flip", [False, True])
def test_beside_a_direct_vote_the_tokens_share_of_the_logit_is_told(tmp_path: Path, flip: bool) -> None:
    shape = ModelConfig(name="speck", width=16, depth=1, num_heads=1, image_size=32)
    model = FakeSTormer(replace(shape, vote_blocks=(1,), vote_width=64, vote_patch_size=8))
    torch.nn.init.normal_(model.direct_vote.weight)
    save_weights(tmp_path / "v.safetensors", model, ClipSpec(image_size=32), {"name": "t"}, None, {})
    weights = load_weights(tmp_path / "v.safetensors")
    clip = clip_of_scale(1.0)
    (scored,) = ClipScorer(weights, DetectorConfig(device="cpu", flip=flip)).score([clip])
    both = [clip.images, clip.images[:, :, ::-1]] if flip else [clip.images]
    images = preprocess(torch.from_numpy(np.stack(both)), weights.clip_spec.mean, weights.clip_spec.std)
    with torch.no_grad():
        tokens = model.eval()(images, with_vote=False).logits.mean().item()
        vote = model.direct_vote(model.direct_vote.embed(images)).mean().item()
    assert scored.token_logit == pytest.approx(tokens, abs=1e-5)
    assert scored.evidence.logit - tokens == pytest.approx(vote, abs=1e-5)
