"""What the default weights' tokens say of a face as a whole is levelled in the verdict, however the video is judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.bad_videos import Recipe, make_video
from tests.pipeline.conftest import TINY_CLIPS, TINY_MODEL

import fakestormer as fs
from fakestormer.detector.score import ClipScorer
from fakestormer.model import FakeSTormer, load_weights, save_weights
from fakestormer.verdict.token_level import SHARE_BETWEEN_FACES

CONFIG = fs.DetectorConfig(device="cpu", key_frames=0)


def test_a_verdicts_clips_are_the_told_ones_less_four_fifths_of_their_median_token_logit(tmp_path, film):
    video = tmp_path / "face.mp4"
    recipe = Recipe(num_frames=len(film), width=film.shape[2], height=film.shape[1])
    make_video(video, recipe, lambda index: film[index])
    save_weights(
        tmp_path / "v.safetensors",
        FakeSTormer(replace(TINY_MODEL, vote_blocks=(1,), vote_width=64, vote_patch_size=8)),
        TINY_CLIPS,
        {"name": "t"},
        None,
        {},
    )
    detector = fs.Detector(load_weights(tmp_path / "v.safetensors"), CONFIG)
    cut = detector.cut(video)
    scored = list(ClipScorer(detector.weights, CONFIG).score(cut.clips))
    surplus = (1 - SHARE_BETWEEN_FACES) * np.median([one.token_logit for one in scored])
    told = []
    verdict = detector.detect(video, observe=lambda stage, one: told.append(one) if stage == "clip" else None)
    assert len(told) > 2
    assert abs(surplus) > 1e-4
    for judged in (verdict, detector.judge(cut)):
        (face,) = judged.faces
        assert [one.logit for one in face.clips] == pytest.approx([one.logit - surplus for one in told])
