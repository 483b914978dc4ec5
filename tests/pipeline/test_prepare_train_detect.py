"""Videos -> track cache -> training -> weights -> verdicts and scores, as a user goes through it."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tests.bad_videos import NOT_VIDEOS, Recipe, make_video
from tests.laid_landmarks import LaidLandmarks
from tests.pipeline.tiny_run import tiny

import fakestormer as fs
import fakestormer.data.prepare as prepare_module
from fakestormer.data.cache import read_cache
from fakestormer.data.prepare import SourceFile, prepare_one, prepare_sources
from fakestormer.data.sources import list_sources
from fakestormer.data.training_set import SelfBlendedSet, split_identities
from fakestormer.evaluation import read_scores
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.model import load_weights
from fakestormer.training import train
from fakestormer.training.batches import training_batches
from fakestormer.types import ConfigError

ROOT = Path(__file__).parents[2]
LANDMARK_MODEL = ROOT.parent / "shared" / "models" / "face_landmark.tflite"
HELD_OUT = "edda"  # the one identity below whose hash is under the recipe's `held_out`
MANIFEST = """file,label,identity,group
anna.mp4,real,anna,films
bo.mp4,real,bo,films
edda.mp4,real,edda,films
dee.png,real,dee,photos
text.mp4,real,nobody,films
scene.mp4,real,nobody,films
forged.mp4,fake,anna,films
"""


@contextmanager
def laid_landmarks() -> Iterator[None]:
    """`prepare` without its landmark model, which no test may fetch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare_module, "find_landmark_model", lambda path: Path("none"))
        patch.setattr(prepare_module, "FaceMeshLandmarker", lambda path: LaidLandmarks())
        yield


def shoot(path, film):
    recipe = Recipe(num_frames=len(film), width=film.shape[2], height=film.shape[1])
    return make_video(path, recipe, lambda index: film[index])


@pytest.fixture(scope="module")
def videos(tmp_path_factory, film, portrait):
    """A folder with three films and a photograph of different people, two files of no use, and a manifest."""
    folder = tmp_path_factory.mktemp("videos")
    looks = {"anna": film[:12], "bo": film[:12, :, ::-1], "edda": 255 - film[8:20] // 2 - 120}
    for name, look in looks.items():
        shoot(folder / f"{name}.mp4", look)
    cv2.imwrite(str(folder / "dee.png"), portrait[..., ::-1])
    NOT_VIDEOS["text renamed .mp4"](folder)
    make_video(folder / "scene.mp4")
    (folder / "manifest.csv").write_text(MANIFEST)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory, videos):
    folder = tmp_path_factory.mktemp("cache")
    with laid_landmarks():
        prepare_sources(list_sources(videos / "manifest.csv"), folder)
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory, cache):
    """The folder of a run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("run") / "finished"
    train(tiny(), [cache], folder)
    return folder


def tensors_of(path):
    return load_weights(path).model.state_dict()


def assert_same_weights(one, other):
    first, second = tensors_of(one), tensors_of(other)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_prepare_accounts_for_every_genuine_file(cache):
    ledger = {row["name"]: row for row in read_lines(cache / "prepare.jsonl")}
    assert set(ledger) == {"anna.mp4", "bo.mp4", "edda.mp4", "dee.png", "text.mp4", "scene.mp4"}
    used = {name: row["num_frames"] for name, row in ledger.items() if row["used"]}
    assert used["dee.png"] == 1
    assert {name for name in used if used[name] > 8} == {"anna.mp4", "bo.mp4", "edda.mp4"}
    assert "text.mp4" in ledger["text.mp4"]["reason"]
    assert "no face was found" in ledger["scene.mp4"]["reason"]


def test_the_cache_gives_each_face_back_with_its_person(cache):
    tracks = {track.identity: track for track in read_cache(cache)}
    assert set(tracks) == {"anna", "bo", "edda", "dee"}
    assert tracks["dee"].is_still
    images, landmarks = tracks["anna"].read([0, 3])
    assert images.shape == (2, 256, 256, 3)
    assert landmarks.shape == (2, 468, 2)
    # The enlarged box is one and a half times the face: the points fill the middle of the crop.
    assert 30 < landmarks.min() < landmarks.max() < 226


def test_preparing_again_touches_nothing(cache, videos, run):
    before = {path: path.stat().st_mtime_ns for path in cache.glob("*.safetensors")}
    ledger = (cache / "prepare.jsonl").read_text()
    with laid_landmarks():
        ended = run("prepare", videos / "manifest.csv", "--out", cache)
    assert ended.code == 0
    assert "4 of 6 files used" in ended.out
    assert {path: path.stat().st_mtime_ns for path in cache.glob("*.safetensors")} == before
    assert (cache / "prepare.jsonl").read_text() == ledger


def test_a_killed_prepare_does_only_what_was_left(tmp_path, cache, videos):
    folder = tmp_path / "cache"
    shutil.copytree(cache, folder)
    ledger = folder / "prepare.jsonl"
    kept = [line for line in ledger.read_text().splitlines() if "dee.png" not in line]
    ledger.write_text("\n".join([*kept, '{"name": "dee.p']))
    done = []
    with laid_landmarks():
        prepare_sources(list_sources(videos / "manifest.csv"), folder, observe=done.append)
    assert [row.name for row in done] == ["dee.png"]
    assert len(read_lines(ledger)) == 6


def test_a_run_leaves_weights_its_record_and_its_losses(finished):
    loaded = load_weights(finished / "last.safetensors")
    assert loaded.clip_spec == tiny().clip_spec
    assert loaded.training_record["steps_done"] == 4
    assert loaded.training_record["run"] == tiny().to_json()
    assert (finished / "best.safetensors").exists()
    rows = read_lines(finished / "metrics.jsonl")
    assert [row["step"] for row in rows if row["kind"] == "train"] == [0, 1, 2, 3]
    assert [row["step"] for row in rows if row["kind"] == "validation"] == [1, 3]
    assert all(np.isfinite([row["classification"], row["temporal"], row["spatial"]]).all() for row in rows)


def test_trained_weights_give_a_verdict(finished, videos):
    verdict = fs.Detector.load(finished / "last.safetensors", fs.DetectorConfig(device="cpu")).detect(videos / "bo.mp4")
    assert verdict.decision is not fs.Decision.NOT_APPLICABLE
    assert verdict.provenance.model_name == "tiny run"
    assert verdict.faces[0].clips[0].evidence.temporal_vulnerability.shape == (4, 4, 4)


def test_a_killed_and_resumed_run_gives_exactly_the_weights_of_an_uninterrupted_one(tmp_path, cache, finished, run):
    def kill(step, kind, numbers):
        if (step, kind) == (2, "train"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tiny(), [cache], tmp_path / "run", observe=kill)
    ended = run("train", "tests.pipeline.tiny_run:tiny", "--data", cache, "--out", tmp_path / "run", "--resume")
    assert ended.code == 0
    for name in ("last.safetensors", "best.safetensors"):
        assert_same_weights(tmp_path / "run" / name, finished / name)
    without_clock = [
        [{name: value for name, value in row.items() if name != "seconds"} for row in read_lines(path)]
        for path in (tmp_path / "run" / "metrics.jsonl", finished / "metrics.jsonl")
    ]
    assert without_clock[0] == without_clock[1]


def test_held_out_people_are_validated_on_and_never_trained_on(tmp_path, cache, finished, videos, film):
    """With quite another film of the held-out person the weights are the same, the validation is not."""
    assert json.loads((finished / "run.json").read_text())["held_out_identities"] == [HELD_OUT]
    other = tmp_path / "cache"
    shutil.copytree(cache, other)
    source = SourceFile(shoot(tmp_path / "edda.mp4", film[::-1][:12]), "edda.mp4", HELD_OUT, "films")
    assert prepare_one(source, other, LibfaceDetector(), LaidLandmarks()).used
    assert len(read_cache(other)) == len(read_cache(cache))
    train(tiny(), [other], tmp_path / "run")
    assert_same_weights(tmp_path / "run" / "last.safetensors", finished / "last.safetensors")
    losses = [
        [row["classification"] for row in read_lines(folder / "metrics.jsonl") if row["kind"] == "validation"]
        for folder in (tmp_path / "run", finished)
    ]
    assert losses[0] != losses[1]


def test_nobody_is_in_both_halves_of_a_split(cache):
    tracks = read_cache(cache)
    for share in (0.0, 0.15, 0.5, 1.0):
        training, held_out = split_identities(tracks, share)
        assert not {track.identity for track in training} & {track.identity for track in held_out}
        assert len(training) + len(held_out) == len(tracks)


def test_a_pair_is_the_same_whoever_asks_and_in_which_order(cache):
    settings = tiny()
    pool = SelfBlendedSet(read_cache(cache), settings.sampling, settings.synthesis, settings.seed, 8)
    first = pool[3]
    _ = pool[0]
    again = pickle.loads(pickle.dumps(pool))[3]  # as a worker gets it
    assert np.array_equal(again.fake, first.fake)
    assert np.array_equal(again.real, first.real)
    assert again.parameters == first.parameters
    assert not np.array_equal(pool[4].fake, first.fake)


@pytest.mark.slow
def test_the_batches_are_the_same_whatever_the_number_of_workers(cache):
    tracks = read_cache(cache)
    alone, helped = (
        list(training_batches(replace(tiny(), num_workers=count), tracks, first_step=1)) for count in (0, 1)
    )
    assert len(alone) == len(helped) == 3
    for one, other in zip(alone, helped, strict=True):
        assert torch.equal(one.clips, other.clips)
        assert torch.equal(one.temporal_targets, other.temporal_targets)


def test_a_folder_with_a_run_is_not_overwritten(cache, finished, run):
    arguments = ("train", "tests.pipeline.tiny_run:tiny", "--data", cache, "--out")
    ended = run(*arguments, finished)
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "already holds a run" in ended.sentences[0]


@pytest.mark.parametrize("recipe", ["nowhere:tiny", "tests.pipeline.tiny_run:huge", "tests.pipeline.tiny_run", "", ":"])
def test_a_recipe_that_is_not_there_is_one_sentence(tmp_path, run, recipe):
    ended = run("train", recipe, "--data", tmp_path, "--out", tmp_path / "run")
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "fakestormer.recipes.lite:lite" in ended.sentences[0]


def test_training_without_a_cache_or_checkpoint_is_one_sentence(tmp_path, cache, run):
    recipe = "tests.pipeline.tiny_run:tiny"
    empty = run("train", recipe, "--data", tmp_path, "--out", tmp_path / "run")
    assert empty.code == 1
    assert "contains no track cache" in empty.sentences[0]
    fresh = run("train", recipe, "--data", cache, "--out", tmp_path / "other", "--resume")
    assert fresh.code == 1
    assert "to resume from" in fresh.sentences[0]


def test_a_run_whose_targets_do_not_fit_its_model_is_refused():
    coarse = replace(tiny().synthesis, num_rows=2, num_columns=2)
    with pytest.raises(ConfigError, match="num_rows"):
        replace(tiny(), synthesis=coarse)
    with pytest.raises(ConfigError, match=r"synthesis\.image_size"):
        replace(tiny(), synthesis=replace(tiny().synthesis, image_size=128))


def test_evaluate_gives_the_scores_of_detect(tmp_path, videos, finished, run):
    weights = finished / "last.safetensors"
    manifest = videos / "labelled.csv"
    rows = ("anna.mp4,real,films", "bo.mp4,fake,films", "scene.mp4,real,scenes", "text.mp4,fake,films")
    manifest.write_text("\n".join(("file,label,group", *rows)))
    ended = run("evaluate", "--manifest", manifest, "--out", tmp_path, "--weights", weights, "--device", "cpu")
    assert ended.code == 1  # text.mp4 is no video
    scores = {row.file: row for row in read_scores(tmp_path / "scores.csv")}
    detector = fs.Detector.load(weights, fs.DetectorConfig(device="cpu"))
    for name in ("anna.mp4", "bo.mp4"):
        verdict = detector.detect(videos / name)
        assert scores[name].score == verdict.score
        assert scores[name].decision == verdict.decision.value
    assert (scores["scene.mp4"].decision, scores["text.mp4"].decision) == ("not_applicable", "error")
    assert json.loads((tmp_path / "metrics.json").read_text())


@pytest.mark.skipif(not LANDMARK_MODEL.exists(), reason="the landmark model is not at hand")
def test_synthesize_writes_a_twin_that_differs_in_the_face_only(tmp_path, videos, run):
    pytest.importorskip("ai_edge_litert")
    arguments = ("--out", tmp_path, "--seed", "1", "--landmark-model", LANDMARK_MODEL)
    ended = run("synthesize", videos / "anna.mp4", *arguments)
    assert ended.code == 0
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"comparison.mp4", "real.mp4", "pseudo_fake.mp4", "targets.npz", "contact_sheet.png"}
    targets = np.load(tmp_path / "targets.npz")
    assert targets["mask"].max() > 0.9
    assert 0.02 < (targets["mask"] > 0.5).mean() < 0.6
    assert np.ptp(targets["real_temporal_target"]) == 0
    assert np.ptp(targets["temporal_target"]) > 1
    assert cv2.imread(str(tmp_path / "contact_sheet.png")) is not None
