"""Scores from clips on the disk against the detector's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.bad_videos import Recipe, make_video
from tests.pipeline.conftest import TINY_CLIPS, TINY_MODEL

import fakestormer as fs
from fakestormer.evaluation import (
    CachingDetector,
    EvaluationConfig,
    RobustnessConfig,
    evaluate,
    evaluate_robustness,
    read_scores,
    robustness,
)
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.model import FakeSTormer, load_weights, save_weights
from fakestormer.types import DataError, FaceSizeNormalisation, ScoringRule, VideoError
from fakestormer.video import Distortion

CONFIG = fs.DetectorConfig(device="cpu", evidence_frames=0)
RULE = ScoringRule(share_between_faces=0.5, face_size=FaceSizeNormalisation(-1.5, 0.2, 4.0))


class CountingFaces(LibfaceDetector):
    """Counts the pictures it was shown."""

    shown = 0

    def detect(self, image):
        self.shown += 1
        return super().detect(image)


@pytest.fixture(scope="module")
def videos(tmp_path_factory, film):
    folder = tmp_path_factory.mktemp("videos")
    shoot(folder / "face.mp4", film)
    shoot(folder / "two.mp4", np.concatenate([film, film[:, :, ::-1]], axis=2))
    shoot(folder / "nobody.mp4", np.full_like(film, 90))
    (folder / "text.mp4").write_text("not a video")
    rows = ("face.mp4,real,g", "two.mp4,fake,g", "nobody.mp4,real,g", "text.mp4,fake,g")
    (folder / "manifest.csv").write_text("\n".join(("file,label,group", *rows)) + "\n")
    return folder


def shoot(path, frames):
    recipe = Recipe(num_frames=len(frames), width=frames.shape[2], height=frames.shape[1])
    make_video(path, recipe, lambda index: frames[index])


@pytest.fixture(scope="module")
def levelled(weights):
    return replace(load_weights(weights), rule=RULE)


def without_time(verdict):
    """The verdict as text, but for when it was made and for content credentials, which only a file has."""
    return str(replace(verdict, credentials=None, provenance=replace(verdict.provenance, started="", ended="")))


def test_a_verdict_from_the_cache_is_the_detectors_own(videos, levelled, tmp_path):
    detector = fs.Detector(levelled, CONFIG)
    caching = CachingDetector(detector, tmp_path / "clips")
    for name in ("face.mp4", "two.mp4", "nobody.mp4"):
        wanted, first, again = (one.detect(videos / name) for one in (detector, caching, caching))
        assert without_time(first) == without_time(again) == without_time(wanted)
        assert repr(first.faces) == repr(wanted.faces)
        assert [c.logit for f in again.faces for c in f.clips] == [c.logit for f in wanted.faces for c in f.clips]


@pytest.mark.slow
def test_an_evaluation_from_the_cache_has_the_same_table(videos, levelled, tmp_path):
    detector, replicates = fs.Detector(levelled, CONFIG), EvaluationConfig(num_replicates=5)
    evaluate(videos / "manifest.csv", tmp_path / "own", detector, config=replicates)
    for out in ("cut", "cached"):
        caching = CachingDetector(detector, tmp_path / "clips")
        evaluate(videos / "manifest.csv", tmp_path / out, caching, config=replicates)
        assert read_scores(tmp_path / out / "scores.csv") == read_scores(tmp_path / "own" / "scores.csv")


def test_faces_are_looked_for_once_however_many_weights_are_scored(videos, weights, tmp_path):
    torch.manual_seed(1)
    save_weights(tmp_path / "b.safetensors", FakeSTormer(TINY_MODEL), TINY_CLIPS, {}, None, {})
    scores, shown = [], []
    for path in (weights, tmp_path / "b.safetensors"):
        faces = CountingFaces()
        caching = CachingDetector(fs.Detector(load_weights(path), CONFIG, faces), tmp_path / "clips")
        scores.append(caching.detect(videos / "face.mp4").score)
        shown.append(faces.shown)
    assert shown[0] > 0
    assert shown[1] == 0
    assert scores[0] != scores[1]


@pytest.mark.slow
def test_distorted_copies_are_made_once_however_many_weights_are_scored(videos, detector, tmp_path, monkeypatch):
    manifest = videos / "readable.csv"
    manifest.write_text("file,label,group\nface.mp4,real,g\ntwo.mp4,fake,g\nnobody.mp4,real,g\n")
    replicates, chosen = (
        EvaluationConfig(num_replicates=5),
        RobustnessConfig((Distortion("blur", 3), Distortion("noise", 1))),
    )

    def scores(out, judge):
        evaluate_robustness(manifest, tmp_path / out, judge, config=chosen, evaluation=replicates)
        return [read_scores(table) for table in sorted((tmp_path / out).rglob("scores.csv"))]

    wanted = scores("own", detector)
    assert scores("cut", CachingDetector(detector, tmp_path / "clips")) == wanted
    monkeypatch.setattr(robustness, "write_distorted", None)  # whoever makes a copy now fails
    assert scores("cached", CachingDetector(detector, tmp_path / "clips")) == wanted


def test_other_clips_are_cut_where_the_settings_or_the_video_are_others(videos, weights, tmp_path, film):
    few = replace(CONFIG, min_clips=2, clip_interval=3600.0)
    loaded = load_weights(weights)
    shoot(tmp_path / "face.mp4", film)
    for config in (CONFIG, few):
        CachingDetector(fs.Detector(loaded, config), tmp_path / "clips").detect(tmp_path / "face.mp4")
    shoot(tmp_path / "face.mp4", film[:, ::-1])
    turned = CachingDetector(fs.Detector(loaded, CONFIG), tmp_path / "clips").detect(tmp_path / "face.mp4")
    assert turned.faces == ()  # a face upside down is none
    assert len(list((tmp_path / "clips").iterdir())) == 3


def test_a_damaged_file_of_the_cache_is_made_anew(videos, detector, tmp_path):
    caching = CachingDetector(detector, tmp_path)
    wanted = caching.detect(videos / "face.mp4").score
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for damaged in (whole[:1000], whole[:-5000] + bytes(5000)):
        file.write_bytes(damaged)
        assert caching.detect(videos / "face.mp4").score == wanted
        assert file.read_bytes() == whole


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(detector):
    with pytest.raises(DataError, match="/proc/sys cannot be made or written"):
        CachingDetector(detector, Path("/proc/sys"))


def test_what_is_no_video_leaves_nothing_behind(videos, detector, tmp_path):
    caching = CachingDetector(detector, tmp_path)
    with pytest.raises(VideoError):
        caching.detect(videos / "text.mp4")
    with pytest.raises(VideoError):
        caching.detect(videos / "missing.mp4")
    assert list(tmp_path.iterdir()) == []
