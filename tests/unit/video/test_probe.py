from __future__ import annotations

import hashlib
import os

import pytest
from tests.bad_videos import NOT_VIDEOS, ODD_VIDEOS, Recipe, make_audio, make_video

from fakestormer.types import VideoError, VideoInfo
from fakestormer.video import decoder_version, hash_file, probe_video


def test_facts_of_a_plain_video(tmp_path):
    path = make_video(tmp_path / "video.mp4")
    assert probe_video(path) == VideoInfo(
        path=str(path),
        width=96,
        height=64,
        frame_rate=25.0,
        duration=0.48,
        codec="h264",
        pixel_format="yuv420p",
        rotation=0,
        bit_rate=probe_video(path).bit_rate,
    )


def test_bits_for_a_pixel_follow_from_the_size_of_the_file(tmp_path):
    path = make_video(tmp_path / "video.mp4")
    whole = 8 * path.stat().st_size / (12 * 96 * 64)
    assert 0.5 * whole < probe_video(path).bits_per_pixel <= whole
    assert probe_video(make_video(tmp_path / "video.mkv")).bits_per_pixel > 0


def test_sizes_are_upright_and_the_rotation_is_clockwise(tmp_path):
    info = probe_video(make_video(tmp_path / "video.mp4", Recipe(rotation=90)))
    assert (info.width, info.height, info.rotation) == (64, 96, 90)


@pytest.mark.parametrize(
    ("kind", "rate"), [("5 fps", 5), ("120 fps", 120), ("avi", 25), ("webm", 25), ("matroska", 25)]
)
def test_frame_rates_are_those_of_the_file(tmp_path, kind, rate):
    assert probe_video(ODD_VIDEOS[kind](tmp_path)).frame_rate == pytest.approx(rate, rel=0.01)


def test_the_frame_rate_of_a_variable_rate_video_is_its_average(tmp_path):
    assert probe_video(ODD_VIDEOS["variable rate"](tmp_path)).frame_rate == pytest.approx(8 / 2.0, rel=0.3)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "there is no file"),
        ("a folder", "is a folder"),
        ("empty", "is empty"),
        ("text renamed .mp4", "not a video"),
        ("a playlist", "not a video"),
        ("audio only", "no picture stream"),
        ("mp4 without its index", "has no index"),
        ("nothing decodable", "no decodable frame"),
    ],
)
def test_the_refusal_says_what_is_wrong(tmp_path, kind, words):
    with pytest.raises(VideoError, match=words):
        probe_video(NOT_VIDEOS[kind](tmp_path))


def test_every_kind_of_refusal_is_tested_for_its_words():
    marks = test_the_refusal_says_what_is_wrong.pytestmark[0].args[1]
    assert {kind for kind, _ in marks} == set(NOT_VIDEOS)


def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = make_video(tmp_path / "locked.mp4")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(VideoError, match="permission"):
        probe_video(path)


def test_permission_errors_become_one_sentence(tmp_path, monkeypatch):
    path = make_video(tmp_path / "locked.mp4")

    def refuse(self, mode="r"):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(VideoError, match=r"locked.mp4 cannot be read \(Permission denied\)"):
        probe_video(path)


def test_a_title_in_another_encoding_does_no_harm(tmp_path):
    path = make_video(tmp_path / "video.mp4", Recipe(muxer=(("movflags", "faststart"),)))
    data = path.read_bytes()
    assert data.count(b"Lavf") == 1
    path.write_bytes(data.replace(b"Lavf", b"\xe9\xe8\xff\xfe"))
    assert probe_video(path).width == 96


def test_a_device_is_no_video():
    with pytest.raises(VideoError, match="not a regular file"):
        probe_video("/dev/null")


def test_the_hash_is_that_of_the_bytes(tmp_path):
    path = make_audio(tmp_path / "tone.mp4")
    assert hash_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(VideoError, match="there is no file"):
        hash_file(tmp_path / "missing")


def test_the_decoder_is_named_with_its_versions():
    assert decoder_version().startswith("PyAV ")
    assert "libavcodec" in decoder_version()
