from __future__ import annotations

import csv
import json

import pytest
from tests.bad_videos import Recipe, draw_scene, make_video

from fakestormer.evaluation import (
    DistortingDetector,
    EvaluationConfig,
    RobustnessConfig,
    evaluate_robustness,
    mean_drops,
    parse_distortions,
    write_robustness,
)
from fakestormer.types import ConfigError
from fakestormer.video import ALL_DISTORTIONS, Distortion, VideoReader

CONFIG = EvaluationConfig(num_replicates=20)
FOUR = ("a.mp4,real,g", "b.mp4,fake,g", "c.mp4,real,g", "d.mp4,fake,g")
BLUR, GREY = Distortion("blur", 5), Distortion("saturation", 5)


class SharpnessDetector:
    """Fakes are the sharper videos: the logit is the mean step between neighbours; a stop after so many files."""

    def __init__(self, scripted, stop_after=99):
        self._scripted = scripted
        self._stop_after = stop_after
        self.seen = []

    def detect(self, path):
        if len(self.seen) == self._stop_after:
            raise KeyboardInterrupt
        images = [frame.image.astype(int) for frame in VideoReader(path)]
        logit = float(abs(images[0][:, 1:] - images[0][:, :-1]).mean())
        self.seen.append((path, images[0], logit))
        return self._scripted({path.name: ((logit,),)}).detect(path)


@pytest.fixture
def manifest(tmp_path, write_manifest):
    recipe = Recipe(num_frames=2)
    for place, name in enumerate("abcd"):
        sharp = name in "bd"
        make_video(
            tmp_path / f"{name}.mp4",
            recipe,
            lambda index, sharp=sharp, place=place: draw_scene(index + place) // (1 if sharp else 3),
        )
    return write_manifest(*FOUR)


def run(manifest, out, detector, *distortions, observe=None):
    return evaluate_robustness(manifest, out, detector, observe, RobustnessConfig(distortions), CONFIG)


def rows_of(folder):
    with (folder / "scores.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_each_distortion_is_an_evaluation_of_its_own_made_by_the_detector(tmp_path, manifest, scripted):
    detector, out, seen = SharpnessDetector(scripted), tmp_path / "out", []
    result = run(manifest, out, detector, BLUR, GREY, observe=seen.append)
    assert [one.distortion for one in result.distorted] == [BLUR, GREY]
    assert [row["file"] for row in rows_of(out / "robustness" / "blur-5")] == ["a.mp4", "b.mp4", "c.mp4", "d.mp4"]
    assert [(step.name, step.num_done, step.num_scores) for step in seen[3:6]] == [
        ("clean", 4, 12), ("blur-5", 5, 12), ("blur-5", 6, 12),
    ]  # fmt: skip
    for (_, _, clean), (_, _, blurred), (_, grey, _) in zip(
        *(detector.seen[i : i + 4] for i in (0, 4, 8)), strict=True
    ):
        assert blurred < clean / 2
        assert (grey == grey[:, :, :1]).all()
    assert result.clean.summary.overall.rates.auc.value == 1.0
    settings = dict(result.distorted[0].metrics.run.detector["settings"])
    assert (settings["distortion"], settings["distortion_seed"]) == ("blur-5", "0")


def test_copies_are_gone_and_videos_untouched(tmp_path, manifest, scripted):
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.mp4")}
    run(manifest, tmp_path / "out", SharpnessDetector(scripted), BLUR)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.mp4")} == before
    assert list((tmp_path / "out").rglob("*.mp4")) == []


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, manifest, scripted):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(manifest, out, SharpnessDetector(scripted, stop_after=6), BLUR, GREY)
    assert list(out.rglob("*.mp4")) == []
    detector = SharpnessDetector(scripted)
    resumed = run(manifest, out, detector, BLUR, GREY)
    assert len(detector.seen) == 1 + 3 + 4  # the first of each begun folder once more, to compare the detectors
    whole = run(manifest, tmp_path / "whole", SharpnessDetector(scripted), BLUR, GREY)
    assert [one.metrics.summary for one in resumed.distorted] == [one.metrics.summary for one in whole.distorted]


def test_blocks_depend_on_seed_video_and_kind_but_not_on_the_files_name(tmp_path, scripted):
    def image_of(path, seed=0, distortion=Distortion("blocks", 1)):  # noqa: B008
        detector = SharpnessDetector(scripted)
        DistortingDetector(detector, distortion, seed, tmp_path).detect(path)
        return detector.seen[0][1]

    plain = make_video(tmp_path / "plain.mp4", Recipe(num_frames=1))
    renamed = tmp_path / "renamed.mp4"
    renamed.write_bytes(plain.read_bytes())
    other = tmp_path / "other.mp4"
    other.write_bytes(plain.read_bytes() + b"\0\0\0\x08free")  # the same picture in another file
    first = image_of(plain)
    assert (image_of(plain) == first).all()
    assert (image_of(renamed) == first).all()
    assert (image_of(other) != first).any()
    assert (image_of(plain, seed=1) != first).any()


def test_a_video_that_cannot_be_read_is_a_row_with_its_reason(tmp_path, manifest, scripted):
    (tmp_path / "b.mp4").write_text("no video")
    result = run(manifest, tmp_path / "out", SharpnessDetector(scripted), BLUR)
    row = rows_of(tmp_path / "out" / "robustness" / "blur-5")[1]
    assert (row["decision"], "b.mp4" in row["reason"]) == ("error", True)
    assert "3/4" in write_robustness(tmp_path / "out", result)


def test_the_table_and_the_file_hold_auc_coverage_and_mean_drop(tmp_path, manifest, scripted):
    out = tmp_path / "out"
    result = run(manifest, out, SharpnessDetector(scripted), BLUR, GREY, Distortion("480p"))
    text = write_robustness(out, result)
    assert (out / "robustness.md").read_text() == text
    assert "| blur " in text
    assert "kernel 21" in text
    assert "short side 480, H.264 crf 28" in text
    assert "1.000 [1.00, 1.00] 4/4" in text
    content = json.loads((out / "robustness.json").read_text())
    assert [one["name"] for one in content["distorted"]] == ["blur-5", "saturation-5", "480p"]
    assert content["clean"]["coverage"]["num_scored"] == 4
    assert content["run"]["detector"]["model_name"] == "scripted"
    (drop,) = mean_drops(result)
    aucs = [one.metrics.summary.overall.rates.auc.value for one in result.distorted[:2]]
    assert (drop.level, drop.num_kinds) == (5, 2)
    assert drop.drop == pytest.approx(1 - sum(aucs) / 2)


def test_a_choice_is_read_in_the_protocols_order():
    assert parse_distortions("all") == ALL_DISTORTIONS
    assert parse_distortions("480p, noise:3,blur:2,noise:3") == (
        Distortion("noise", 3), Distortion("blur", 2), Distortion("480p"),
    )  # fmt: skip
    assert parse_distortions("blur") == tuple(Distortion("blur", level) for level in range(1, 6))


@pytest.mark.parametrize("text", ["", "fog", "blur:0", "blur:six", "blur:²", "blur,,noise", "crop:2"])
def test_another_choice_is_refused_in_one_sentence(text):
    with pytest.raises(ConfigError) as caught:
        parse_distortions(text)
    assert "\n" not in str(caught.value)


def test_nothing_and_twice_the_same_are_refused():
    for distortions in ((), (BLUR, BLUR)):
        with pytest.raises(ConfigError, match="each once"):
            RobustnessConfig(distortions)
