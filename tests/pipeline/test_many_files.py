"""`detect` of folders, patterns and standard input, and the summary of several files, as a user meets them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-c", "from fakestormer.cli.main import main; main()"]


@pytest.fixture
def archive(tmp_path, good):
    """A folder with a video, one below it, notes, hidden files and a file that is no video."""
    folder = tmp_path / "archive"
    (folder / "below" / ".hidden").mkdir(parents=True)
    shutil.copy(good, folder / "a.MP4")
    shutil.copy(good, folder / "below" / "b.mov")
    shutil.copy(good, folder / "below" / ".hidden" / "c.mp4")
    (folder / "notes.txt").write_text("who filmed it")
    (folder / "._a.mp4").write_bytes(b"AppleDouble")
    (folder / "broken.mkv").write_text("no video")
    return folder


def named(ended):
    """The files that have a line on standard output."""
    return [line.partition(": ")[0] for line in ended.out.splitlines() if line[0] != " "]


def test_a_folder_stands_for_the_videos_in_it_and_says_what_it_left_out(run, weights, archive):
    ended = run("detect", archive, "--weights", weights)
    assert named(ended) == [str(archive / "a.MP4")]
    assert ended.code == 1
    assert ended.sentences == [one for one in ended.sentences if "broken.mkv" in one]
    assert "1 file is left out, having no name of a video (notes.txt)" in ended.err


def test_recursive_looks_into_the_folders_below_but_not_into_hidden_ones(run, weights, archive, tmp_path):
    ended = run("detect", archive, "-r", "--weights", weights, "--json", tmp_path / "out.json")
    assert named(ended) == [str(archive / "a.MP4"), str(archive / "below" / "b.mov")]
    written = json.loads((tmp_path / "out.json").read_text())
    assert written["coverage"]["num_files"] == 3
    assert [one["file"] for one in written["failures"]] == [str(archive / "broken.mkv")]


def test_a_folder_without_a_video_is_refused_with_what_to_do_and_costs_the_others_nothing(run, weights, good, tmp_path):
    (tmp_path / "empty" / "below").mkdir(parents=True)
    ended = run("detect", tmp_path / "empty", good, "--weights", weights)
    assert ended.code == 1
    assert named(ended) == [str(good)]
    told = f"no file in {tmp_path / 'empty'} has the name of a video: add --recursive to look into its folders"
    assert ended.sentences == [f"fakestormer: {told}"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_cannot_be_looked_into_is_a_failure_of_its_own(run, weights, archive):
    (archive / "below").chmod(0)
    ended = run("detect", archive, "--recursive", "--weights", weights)
    (archive / "below").chmod(0o700)
    assert any("cannot be looked into" in one for one in ended.sentences)


def test_a_pattern_that_no_shell_has_resolved_is_resolved_and_a_file_of_that_name_comes_first(run, weights, archive):
    shutil.copy(archive / "a.MP4", archive / "[a].mp4")
    ended = run("detect", archive / "**" / "*.m[op]v", archive / "[a].mp4", "--weights", weights)
    assert named(ended) == [str(archive / "below" / "b.mov"), str(archive / "[a].mp4")]
    ended = run("detect", archive / "*.avi", "--weights", weights)
    assert (ended.code, ended.out) == (1, "")
    assert ended.sentences == [f"fakestormer: no file matches {archive / '*.avi'}: check the pattern"]


def test_a_file_that_is_named_twice_is_examined_once(run, weights, good):
    assert named(run("detect", good, good.parent, "--weights", weights)) == [str(good)]


def test_several_files_end_with_a_summary_on_standard_error_that_quiet_leaves_out(run, weights, archive):
    ended = run("detect", archive, "-r", "--weights", weights)
    table, _, counts = ended.err.partition("3 files: ")
    assert table.split().index("failed") > table.split().index("result")
    assert counts.splitlines()[0].endswith(", 1 failed")
    assert "3 files" not in ended.out
    assert "3 files" not in run("-q", "detect", archive, "-r", "--weights", weights).err
    assert "files: " not in run("detect", archive / "a.MP4", "--weights", weights).err


def test_the_summary_shows_names_with_escapes(run, weights, good, tmp_path):
    odd = tmp_path / "a\x1b[2Jb.mp4"
    shutil.copy(good, odd)
    ended = run("detect", odd, good, "--weights", weights)
    assert "\x1b[2J" not in ended.err
    assert ended.err.count("x1b[2J") == 1


def test_several_videos_in_a_folder_have_no_overlay_of_one_name(run, weights, archive, tmp_path):
    ended = run("detect", archive, "--weights", weights, "--overlay", tmp_path / "film.mp4")
    assert ended.code == 1
    assert "takes one video, got 2" in ended.sentences[0]


@pytest.mark.parametrize("more", [(), ("--isolate",)])
def test_a_video_can_be_piped_in(weights, good, tmp_path, more):
    report = tmp_path / "out.json"
    asked = [*COMMAND, "detect", "-", "--weights", weights, "--json", report, "--html", tmp_path / "out.html", *more]
    with good.open("rb") as video:
        ended = subprocess.run(asked, stdin=video, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("standard input: ")
    (written,) = json.loads(report.read_text())["verdicts"]
    assert written["video"]["path"] == "standard input"
    assert "fakestormer-" not in report.read_text() + (tmp_path / "out.html").read_text()
    checked = subprocess.run([*COMMAND, "verify", report, good, "--weights", weights], check=False)
    assert checked.returncode == 0


@pytest.mark.parametrize(("content", "said"), [(b"", "standard input is empty"), (b"no video", "standard input")])
def test_what_is_piped_in_and_is_no_video_is_one_sentence_without_a_place_nobody_knows(weights, content, said):
    asked = [*COMMAND, "detect", "-", "--weights", weights]
    ended = subprocess.run(asked, input=content, capture_output=True, check=False)
    (sentence,) = [line for line in ended.stderr.decode().splitlines() if line.startswith("fakestormer: ")]
    assert ended.returncode == 1
    assert said in sentence
    assert "/" not in sentence


def test_standard_input_can_be_named_once(run, good):
    ended = run("detect", "-", "-")
    assert ended.code == 1
    assert len(ended.sentences) == 1
