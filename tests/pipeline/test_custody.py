"""A verdict is about the bytes that were decoded: a file that changes while it is read is refused."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bad_videos import Recipe, make_video

import fakestormer as fs
from fakestormer.detector import write_overlay
from fakestormer.types import VideoError


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0" * 100)


def overwrite_and_hide_it(path: Path) -> None:
    """Another content of the same length, in the same file, with the same time of change."""
    seen = path.stat()
    path.write_bytes(path.read_bytes()[:-4] + b"abcd")
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def replace_by_another(path: Path) -> None:
    other = make_video(path.with_name("other.mp4"), Recipe(num_frames=3))
    other.replace(path)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path) -> None:
    path.unlink()


CHANGES: dict[Callable[[Path], None], str] = {
    grow: "now has",
    overwrite_and_hide_it: "written anew",
    replace_by_another: "now has",
    empty: "is empty",
    remove: "there is no file",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("stage", ["probe", "track"])
def test_a_file_that_changes_while_it_is_read_has_no_verdict(tmp_path, good, detector, change, stage):
    path = Path(shutil.copy(good, tmp_path / "a.mp4"))

    def observe(now: str, _value: object) -> None:
        if now == stage:
            change(path)

    with pytest.raises(VideoError, match=CHANGES[change]):
        detector.detect(path, observe=observe)


def test_a_film_that_changed_since_its_verdict_is_not_drawn_on(tmp_path, good, detector):
    path, tracks = Path(shutil.copy(good, tmp_path / "a.mp4")), []
    verdict = detector.detect(path, observe=lambda now, value: tracks.extend(value.tracks) if now == "track" else None)
    grow(path)
    with pytest.raises(VideoError, match="was changed after it was examined"):
        write_overlay(verdict, tracks, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()
    shutil.copy(good, path)
    with pytest.raises(VideoError, match="was changed while it was examined"):
        write_overlay(verdict, tracks, tmp_path / "film.mp4", told=lambda _time: grow(path))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.mp4"]


def test_reading_a_file_or_copying_it_is_no_change(tmp_path, good, detector):
    path = Path(shutil.copy(good, tmp_path / "a.mp4"))
    verdict = detector.detect(path, observe=lambda _now, _value: shutil.copy(path, tmp_path / "b.mp4"))
    assert verdict.provenance.input_sha256 == detector.detect(good).provenance.input_sha256
    assert isinstance(verdict, fs.VideoVerdict)
