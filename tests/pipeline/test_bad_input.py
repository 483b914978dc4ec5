"""Bad and odd files through the real detector and the command line: no traceback, the right exit code, one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tests.bad_videos import NOT_VIDEOS, Recipe, cut_file, damage_packets, draw_scene, make_video

import fakestormer as fs
import fakestormer.types
from fakestormer.cli.wording import describe
from fakestormer.model.weights import METADATA_KEY
from fakestormer.types import VideoError, WeightsError
from fakestormer.video import VideoReader

FASTSTART = (("movflags", "faststart"),)
SCORED = {fs.Decision.REAL, fs.Decision.FAKE, fs.Decision.INCONCLUSIVE}


def film_recipe(film, **changes):
    return Recipe(**{"num_frames": 14, "width": film.shape[2], "height": film.shape[1], **changes})


def shoot(path, film, **changes):
    return make_video(path, film_recipe(film, **changes), lambda index: film[index % len(film)])


def assert_scored(verdict, num_faces=1):
    assert verdict.decision in SCORED
    assert len(verdict.faces) == num_faces
    assert 0 <= verdict.probability <= 1
    assert all(face.clips and face.evidence_frames for face in verdict.faces)


# Files that are no video: refused in Python with VideoError, on the command line with one sentence and exit code 1.


@pytest.mark.parametrize("kind", NOT_VIDEOS)
def test_a_file_that_is_no_video_is_refused_with_one_sentence(tmp_path, detector, kind):
    path = NOT_VIDEOS[kind](tmp_path)
    with pytest.raises(VideoError) as refusal:
        detector.detect(path)
    assert path.name in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("kind", ["missing", "a folder", "empty", "text renamed .mp4", "audio only"])
def test_the_command_ends_with_1_and_one_sentence_on_a_file_that_is_no_video(tmp_path, run, weights, kind):
    path = NOT_VIDEOS[kind](tmp_path)
    ended = run("detect", path, "--weights", weights)
    assert ended.code == 1
    assert len(ended.sentences) == 1
    assert str(path) in ended.sentences[0]
    assert ended.out == ""


def test_a_path_through_a_file_is_refused(good, detector):
    with pytest.raises(VideoError, match="there is no file"):
        detector.detect(good / "inside.mp4")


def test_a_name_that_no_file_system_takes_is_refused(tmp_path, run, weights):
    ended = run("detect", tmp_path / ("x" * 300 + ".mp4"), "--weights", weights)
    assert (ended.code, len(ended.sentences)) == (1, 1)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path, detector):
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(VideoError, match="not a regular file"):
        detector.detect(tmp_path / "pipe.mp4")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_refused(tmp_path, film, run, weights):
    path = shoot(tmp_path / "secret.mp4", film)
    path.chmod(0)
    ended = run("detect", path, "--weights", weights)
    assert ended.code == 1
    assert "cannot be read" in ended.sentences[0]


# Damaged files: scored as far as they go, the damage told.


def test_a_truncated_file_is_scored_as_far_as_it_goes(tmp_path, film, run, weights, detector):
    whole = shoot(tmp_path / "whole.mp4", film, num_frames=30, muxer=FASTSTART)
    path = cut_file(whole, tmp_path / "cut.mp4", 0.7)
    verdict = detector.detect(path)
    assert_scored(verdict)
    assert verdict.damage.truncated
    assert verdict.num_frames < 30
    ended = run("detect", path, "--weights", weights)
    assert ended.code == 0
    assert "the file is truncated" in ended.out


def test_corrupt_packets_are_skipped_counted_and_told(tmp_path, film, run, weights, detector):
    sound = shoot(tmp_path / "sound.mp4", film, num_frames=30)
    path = damage_packets(sound, tmp_path / "corrupt.mp4", (8, 13, 20))
    verdict = detector.detect(path)
    assert_scored(verdict)
    assert verdict.damage.num_corrupt_packets == 3
    assert verdict.num_frames < 30
    ended = run("detect", path, "--weights", weights, "--json", tmp_path / "out.json")
    assert ended.code == 0
    assert "3 corrupt packets skipped" in ended.out
    written = json.loads((tmp_path / "out.json").read_text())["verdicts"][0]
    assert written["damage"]["num_corrupt_packets"] == 3


# Nothing to judge: a verdict with a reason, not an error.


def test_a_video_without_a_face_is_not_applicable(tmp_path, run, weights):
    path = make_video(tmp_path / "scene.mp4", Recipe(num_frames=14), lambda index: draw_scene(index))
    ended = run("detect", path, "--weights", weights, "--json", tmp_path / "out.json", "--html", tmp_path / "out.html")
    assert ended.code == 0
    assert "NOT_APPLICABLE - no face was found in 14 frames" in ended.out
    written = json.loads((tmp_path / "out.json").read_text())["verdicts"][0]
    assert written["decision"] == "not_applicable"
    assert written["probability"] is None
    assert "no face was found" in (tmp_path / "out.html").read_text().lower()


def test_a_video_of_one_frame_is_not_applicable(tmp_path, film, detector):
    verdict = detector.detect(shoot(tmp_path / "one.mp4", film, num_frames=1))
    assert verdict.decision is fs.Decision.NOT_APPLICABLE
    assert verdict.score is None
    assert "too short: it lasts 0.04 s, about 0.47 s are needed" in verdict.reason
    assert verdict.num_frames == 1


# Odd files that must simply work.


def test_two_people_are_two_faces(tmp_path, film, run, weights, detector):
    both = np.concatenate([film, film[..., ::-1, :]], axis=2)
    path = shoot(tmp_path / "two.mp4", both)
    verdict = detector.detect(path)
    assert_scored(verdict, num_faces=2)
    assert verdict.score == max(face.score for face in verdict.faces)
    left, right = sorted(face.clips[0].evidence.to_frame[0, 0, 2] for face in verdict.faces)
    assert right - left > film.shape[2] / 4
    assert "2 faces" in run("detect", path, "--weights", weights).out


ODD_PIXELS = {
    "8-bit grey": (".mkv", {"codec": "ffv1", "pixel_format": "gray", "b_frames": 0}),
    "8-bit grey, H.264": (".mp4", {"pixel_format": "gray"}),
    "10-bit": (".mp4", {"pixel_format": "yuv420p10le"}),
}


@pytest.mark.parametrize("kind", ODD_PIXELS)
def test_grey_and_10_bit_videos_are_scored(tmp_path, film, detector, kind):
    suffix, changes = ODD_PIXELS[kind]
    verdict = detector.detect(shoot(tmp_path / f"odd{suffix}", film, **changes))
    if kind != "8-bit grey, H.264":  # FFmpeg decodes that to yuv420p
        assert verdict.video.pixel_format == changes["pixel_format"]
    assert_scored(verdict)


def test_a_portrait_video_with_a_rotation_flag_is_seen_upright(tmp_path, film, detector):
    tall = film[:, :, 32:-32]
    lying = np.rot90(tall, 1, axes=(1, 2))
    verdict = detector.detect(shoot(tmp_path / "portrait.mp4", lying, rotation=90))
    assert (verdict.video.width, verdict.video.height) == (192, 256)
    assert_scored(verdict)
    upright = detector.detect(shoot(tmp_path / "upright.mp4", tall))
    assert verdict.faces[0].clips[0].evidence.to_frame == pytest.approx(
        upright.faces[0].clips[0].evidence.to_frame, abs=4
    )


@pytest.mark.parametrize(("frame_rate", "num_frames"), [(5, 8), (120, 60)])
def test_slow_and_fast_videos_are_scored(tmp_path, film, detector, frame_rate, num_frames):
    verdict = detector.detect(shoot(tmp_path / "video.mp4", film, frame_rate=frame_rate, num_frames=num_frames))
    assert_scored(verdict)
    clip = verdict.faces[0].clips[0]
    assert clip.span.duration == pytest.approx(4 / frame_rate, rel=0.02)


def test_a_4k_video_is_scored_in_its_own_pixels(tmp_path, film, detector):
    large = [cv2.resize(frame, (2160, 2160), interpolation=cv2.INTER_LINEAR) for frame in film[:4]]
    wide = np.pad(np.stack(large), ((0, 0), (0, 0), (840, 840), (0, 0)))
    verdict = detector.detect(shoot(tmp_path / "large.mp4", wide, num_frames=4, frame_rate=5))
    assert (verdict.video.width, verdict.video.height) == (3840, 2160)
    assert_scored(verdict)
    clip = verdict.faces[0].clips[0]
    assert clip.evidence.to_frame[0, 0, 0] * clip.evidence.crop_size > 600


# Weights.


def other_version(weights, folder):
    with safe_open(weights, framework="pt") as file:
        note = json.loads(file.metadata()[METADATA_KEY])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a dict)
    path = folder / "other.safetensors"
    save_file(tensors, path, {METADATA_KEY: json.dumps({**note, "format_version": 99})})
    return path


def text_file(weights, folder):
    path = folder / "text.safetensors"
    path.write_text("These are only words.\n" * 40)
    return path


def pickle_file(weights, folder):
    path = folder / "model.pth"
    torch.save({"weight": torch.zeros(3)}, path)
    return path


def foreign_tensors(weights, folder):
    path = folder / "foreign.safetensors"
    save_file({"weight": torch.zeros(3)}, path)
    return path


def half_a_file(weights, folder):
    return cut_file(weights, folder / "half.safetensors", 0.5)


def empty_file(weights, folder):
    path = folder / "empty.safetensors"
    path.touch()
    return path


BAD_WEIGHTS = {
    "of another version": (other_version, "version 99"),
    "text": (text_file, "not a safetensors file"),
    "a torch pickle": (pickle_file, "fakestormer convert"),
    "other people's tensors": (foreign_tensors, "without fakestormer's metadata"),
    "half a file": (half_a_file, "not a safetensors file"),
    "an empty file": (empty_file, "not a safetensors file"),
    "missing": (lambda weights, folder: folder / "missing.safetensors", "does not exist"),
    "a folder": (lambda weights, folder: folder, "is a folder"),
    "below a file": (lambda weights, folder: weights / "inside.safetensors", "does not exist"),
}


@pytest.mark.parametrize("kind", BAD_WEIGHTS)
def test_weights_that_cannot_be_used_are_one_sentence_and_exit_code_1(tmp_path, run, weights, good, kind):
    make, words = BAD_WEIGHTS[kind]
    path = make(weights, tmp_path)
    ended = run("detect", good, "--weights", path)
    assert ended.code == 1
    assert len(ended.sentences) == 1
    assert str(path) in ended.sentences[0]
    assert words in ended.sentences[0]
    assert ended.out == ""


def test_weights_that_cannot_be_used_raise_ours_in_python(tmp_path, weights):
    with pytest.raises(WeightsError, match="version 99"):
        fs.Detector.load(other_version(weights, tmp_path))


@pytest.mark.parametrize("kind", ["text", "half a file", "missing"])
def test_a_checkpoint_that_cannot_be_converted_is_one_sentence_and_exit_code_1(tmp_path, run, weights, kind):
    path = BAD_WEIGHTS[kind][0](weights, tmp_path)
    ended = run("convert", path, tmp_path / "out.safetensors")
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert not (tmp_path / "out.safetensors").exists()


# Many files, one command.


def test_no_result_is_lost_when_some_of_many_files_fail(tmp_path, run, weights, good):
    bad = [NOT_VIDEOS[kind](tmp_path) for kind in ("text renamed .mp4", "missing", "empty")]
    scene = make_video(tmp_path / "scene.mp4", Recipe(num_frames=14))
    targets = ("--json", tmp_path / "new" / "out.json", "--html", tmp_path / "out.html")
    ended = run("detect", bad[0], good, bad[1], scene, bad[2], *targets, "--weights", weights)
    assert ended.code == 1
    answers = [line for line in ended.out.splitlines() if not line.startswith(" ")]  # spans stand below, indented
    assert [line.split(": ")[0] for line in answers] == [str(good), str(scene)]
    assert len(ended.sentences) == 3
    results = json.loads((tmp_path / "new" / "out.json").read_text())
    assert [one["video"]["path"] for one in results["verdicts"]] == [str(good), str(scene)]
    assert [one["file"] for one in results["failures"]] == [str(path) for path in bad]
    assert all(one["error"] for one in results["failures"])
    assert (tmp_path / "out.html").stat().st_size > 0


def test_failures_alone_are_written_too(tmp_path, run, weights):
    ended = run("detect", tmp_path / "a.mp4", tmp_path / "b.mp4", "--json", tmp_path / "out.json", "--weights", weights)
    assert ended.code == 1
    results = json.loads((tmp_path / "out.json").read_text())
    assert results["verdicts"] == []
    assert len(results["failures"]) == 2


def test_an_interruption_keeps_the_verdicts_so_far(tmp_path, run, weights, good, monkeypatch):
    judge = fs.Detector.detect

    def interrupted_at_the_second(self, path, observe=None):
        if Path(path).name == "second.mp4":
            raise KeyboardInterrupt
        return judge(self, path, observe)

    monkeypatch.setattr(fs.Detector, "detect", interrupted_at_the_second)
    ended = run("detect", good, tmp_path / "second.mp4", "--json", tmp_path / "out.json", "--weights", weights)
    assert ended.code == 130
    assert "interrupted" in ended.err
    results = json.loads((tmp_path / "out.json").read_text())
    assert [one["video"]["path"] for one in results["verdicts"]] == [str(good)]


def test_a_results_file_that_cannot_be_written_is_one_sentence(tmp_path, run, weights, good):
    for target in (tmp_path, good / "out.json"):
        ended = run("detect", good, "--json", target, "--weights", weights)
        assert (ended.code, len(ended.sentences)) == (1, 1)


def test_the_annotated_film_has_the_frames_and_times_of_the_video(tmp_path, run, weights, good):
    ended = run("detect", good, "--overlay", tmp_path / "new" / "film.mp4", "--weights", weights)
    assert ended.code == 0
    before, after = VideoReader(good), VideoReader(tmp_path / "new" / "film.mp4")
    pairs = list(zip(before, after, strict=True))
    assert [one.time for one, _ in pairs] == [other.time for _, other in pairs]
    assert all((one.image != other.image[: one.image.shape[0], : one.image.shape[1]]).any() for one, other in pairs)


def test_a_video_without_a_face_still_gives_every_output(tmp_path, run, weights):
    scene = make_video(tmp_path / "scene.mp4", Recipe(num_frames=14))
    targets = ("--html", tmp_path / "out.html", "--overlay", tmp_path / "film.mp4")
    assert run("detect", scene, *targets, "--weights", weights).code == 0
    assert "no face was found" in (tmp_path / "out.html").read_text().lower()
    assert sum(1 for _ in VideoReader(tmp_path / "film.mp4")) == 14


def test_the_page_lists_files_that_could_not_be_read_also_when_none_could(tmp_path, run, weights):
    ended = run("detect", tmp_path / "a.mp4", "--html", tmp_path / "out.html", "--weights", weights)
    assert ended.code == 1
    assert "there is no file" in (tmp_path / "out.html").read_text().lower()


def test_outputs_that_cannot_be_are_refused_before_any_work(tmp_path, run, good):
    content = good.read_bytes()
    for arguments in (
        (good, "--overlay", good),
        (good, "--json", good),
        (good, tmp_path / "other.mp4", "--overlay", tmp_path / "film.mp4"),
        (good, "--html", tmp_path / "same", "--json", tmp_path / "same"),
        (good, "--html", good / "inside" / "out.html"),
        (good, "--overlay", tmp_path / "film.webm"),
    ):
        ended = run("detect", *arguments, "--weights", tmp_path / "would be looked for later.safetensors")
        assert (ended.code, len(ended.sentences)) == (1, 1)
        assert "safetensors" not in ended.sentences[0]
        assert ended.out == ""
    assert good.read_bytes() == content


@pytest.mark.parametrize("arguments", [("detect",), ("detect", "a.mp4", "--threshold", "0.5"), ("judge", "a.mp4")])
def test_a_command_that_makes_no_sense_ends_with_2(run, arguments):
    ended = run(*arguments)
    assert ended.code == 2
    assert "Usage" in ended.err


def test_a_device_that_is_not_there_is_one_sentence(run, weights, good):
    ended = run("detect", good, "--weights", weights, "--device", "abacus")
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "'abacus'" in ended.sentences[0]


def test_the_installed_command_behaves_the_same(tmp_path, weights, good):
    text = NOT_VIDEOS["text renamed .mp4"](tmp_path)
    command = [sys.executable, "-W", "error", "-c", "from fakestormer.cli.main import main; main()"]
    arguments = ["detect", good, text, "--weights", weights, "--json", tmp_path / "out.json"]
    ended = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ended.stdout.startswith(f"{good}: ")
    assert [str(text) in line for line in ended.stderr.splitlines() if line.startswith("fakestormer: ")] == [True]
    assert "0:00:0" not in ended.stderr  # the spinner is for terminals
    assert len(json.loads((tmp_path / "out.json").read_text())["verdicts"]) == 1


def test_a_results_file_that_fails_at_the_end_costs_the_other_files_nothing(tmp_path, run, weights, good, monkeypatch):
    lost = tmp_path / "lost" / "out.json"
    judge = fs.Detector.detect

    def judged_while_the_folder_goes(self, path, observe=None):
        lost.parent.rmdir()
        lost.parent.touch()
        return judge(self, path, observe)

    monkeypatch.setattr(fs.Detector, "detect", judged_while_the_folder_goes)
    ended = run("detect", good, "--json", lost, "--html", tmp_path / "ok.html", "--weights", weights)
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert str(lost) in ended.sentences[0]
    assert "<html" in (tmp_path / "ok.html").read_text()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder where nothing can be made")
def test_a_place_where_nothing_can_be_written_is_refused_before_the_work(run, tmp_path):
    ended = run("detect", "absent.mp4", "--json", "/proc/x/y.json", "--weights", tmp_path / "absent.safetensors")
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "/proc/x/y.json cannot be written" in ended.sentences[0]


def test_synthesize_into_a_file_is_one_sentence(run, good, tmp_path):
    (tmp_path / "text.mp4").write_text("text")
    ended = run("synthesize", good, "--out", tmp_path / "text.mp4")
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "cannot be made" in ended.sentences[0]


def test_a_recipe_that_needs_arguments_is_one_sentence(run, tmp_path):
    ended = run("train", "os.path:join", "--data", tmp_path, "--out", tmp_path)
    assert (ended.code, len(ended.sentences)) == (1, 1)
    assert "without arguments" in ended.sentences[0]


def test_a_recipe_of_this_folder_that_is_not_found_is_told_how(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unfound_recipe.py").write_text("")
    ended = run("train", "unfound_recipe:mine", "--data", tmp_path, "--out", tmp_path)
    assert ended.code == 1
    assert "PYTHONPATH=." in ended.sentences[0]


def test_a_printed_probability_never_crosses_a_threshold_and_the_path_is_as_typed(good, detector):
    verdict = detector.detect(good)
    calibration = replace(verdict.provenance.calibration, real_to=0.4012, fake_from=0.6498)
    verdict = replace(
        verdict,
        video=replace(verdict.video, path="a [b].mp4"),
        probability=0.6497,
        provenance=replace(verdict.provenance, calibration=calibration),
        damage=fs.types.VideoDamage(num_corrupt_packets=1),
    )
    said = describe(verdict)
    assert said.startswith("a [b].mp4: ")
    assert "probability of forgery 64.97 %" in said
    assert "1 corrupt packet skipped" in said


def test_evaluate_with_kept_clips_gives_the_same_scores_and_an_unknown_precision_none(run, good, weights, tmp_path):
    manifest, kept = tmp_path / "list.csv", tmp_path / "clips"
    manifest.write_text(f"file,label,group\n{good},real,x\n")
    scores = {}
    for name, more in (("own", ()), ("cut", ("--clips", kept)), ("kept", ("--clips", kept))):
        arguments = ("--manifest", manifest, "--out", tmp_path / name, "--weights", weights, "--device", "cpu", *more)
        assert run("evaluate", *arguments).code == 0
        scores[name] = (tmp_path / name / "scores.csv").read_text()
    assert scores["own"] == scores["cut"] == scores["kept"]
    assert len(list(kept.iterdir())) == 1
    wrong = run("evaluate", "--manifest", manifest, "--out", tmp_path / "x", "--precision", "half")
    assert (wrong.code, "choose float32 or bfloat16" in wrong.sentences[0]) == (1, True)


def test_evaluate_ends_with_1_where_a_file_failed(run, good, weights, tmp_path):
    manifest = tmp_path / "list.csv"
    manifest.write_text(f"file,label,group\n{good},real,x\nabsent.mp4,fake,x\n")
    ended = run("evaluate", "--manifest", manifest, "--out", tmp_path / "out", "--weights", weights)
    assert ended.code == 1
    assert (tmp_path / "out" / "table.md").exists()
