from __future__ import annotations

import random
import re
from pathlib import Path

import av
import numpy as np
import pytest
from tests.bad_videos import BROKEN_VIDEOS, ODD_VIDEOS, Recipe, make_video

from fakestormer.types import VideoDamage, VideoError
from fakestormer.video import VideoReader, seek, stream_frames_at

SOUND = VideoDamage()
BENCHMARK = sorted((Path(__file__).parents[4] / "shared" / "data" / "long").glob("*.mp4"))
VARIABLE = tuple(np.cumsum(np.random.default_rng(5).choice([0.02, 0.04, 0.3], 40)).round(3).tolist())

SEEKABLE = {
    "4:4:4 with several groups": ("a.mp4", Recipe(num_frames=40, pixel_format="yuv444p", gop=10, b_frames=3)),
    "variable rate": ("c.mp4", Recipe(times=VARIABLE, gop=10)),
    "late start": ("d.mkv", Recipe(times=tuple(7 + index / 25 for index in range(40)), gop=10)),
    "fragments": ("e.mp4", Recipe(num_frames=40, gop=10, muxer=(("movflags", "frag_keyframe+empty_moov"),))),
    "every picture a key": ("f.mp4", Recipe(num_frames=40, gop=1, b_frames=0)),
    "rotated": ("g.mp4", Recipe(num_frames=40, gop=10, rotation=270)),
    "10-bit": ("h.mp4", Recipe(num_frames=40, gop=10, pixel_format="yuv420p10le")),
}


@pytest.fixture
def no_reading_from_the_start(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("the file was read from its start")

    monkeypatch.setattr(seek, "_read_frames", refuse)


def read_frames_at(path, indices, max_size=None, like=None):
    """The frames in the order of `indices`."""
    frames = {frame.index: frame for frame in stream_frames_at(path, indices, max_size, like=like)}
    return [frames[index] for index in indices]


def read_through(path):
    """A reader that has read the file to its end, and its frames."""
    reader = VideoReader(path)
    return reader, list(reader)


def assert_same(frames, expected):
    assert [frame.index for frame in frames] == [frame.index for frame in expected]
    assert [frame.time for frame in frames] == [frame.time for frame in expected]
    assert all(np.array_equal(one.image, other.image) for one, other in zip(frames, expected, strict=True))


@pytest.mark.parametrize("kind", SEEKABLE)
def test_a_frame_reached_by_seeking_equals_the_one_read_from_the_start(tmp_path, kind, no_reading_from_the_start):
    name, recipe = SEEKABLE[kind]
    path = make_video(tmp_path / name, recipe)
    reader, expected = read_through(path)
    order = random.Random(1).sample(range(40), 40)
    assert_same(read_frames_at(path, order, like=reader), [expected[index] for index in order])
    for index in (39, 21, 0, 10):
        assert_same(read_frames_at(path, [index], like=reader), [expected[index]])


@pytest.mark.parametrize(
    ("kind", "known"),
    [(kind, True) for kind in [*ODD_VIDEOS, *BROKEN_VIDEOS] if kind != "4K"]
    + [(kind, False) for kind in BROKEN_VIDEOS],
)
def test_frames_by_index_equal_those_of_the_reader_in_every_odd_or_broken_video(tmp_path, kind, known):
    path = {**ODD_VIDEOS, **BROKEN_VIDEOS}[kind](tmp_path)
    reader = VideoReader(path, max_size=300)
    expected = list(reader)
    order = random.Random(2).sample(range(len(expected)), min(3, len(expected)))
    frames = read_frames_at(path, order, 300, like=reader if known else None)
    assert_same(frames, [expected[index] for index in order])


def expect_frames(path, order, max_size):
    expected = {}
    for frame in VideoReader(path, max_size=max_size, wanted=set(order).__contains__):
        expected[frame.index] = frame
        if len(expected) == len(order):
            break
    return [expected[index] for index in order]


def test_groups_that_lean_on_the_one_before_are_read_right_too(tmp_path):
    recipe = Recipe(num_frames=40, gop=10, b_frames=3, options=(("x264-params", "open-gop=1"),))
    path = make_video(tmp_path / "open.mkv", recipe)
    reader, expected = read_through(path)
    order = random.Random(3).sample(range(40), 12)
    assert_same(read_frames_at(path, order, like=reader), [expected[index] for index in order])


def forge_old_encoder(folder, place):
    """A 4:4:4 file whose note names an x264 that coded 4:4:4 differently: read with the note it looks otherwise than
    without it. The note stands in the first packet only, as in FaceForensics++.
    """
    options = (("preset", "fast"), ("crf", str(24 + place)))
    recipe = Recipe(num_frames=20, width=32, height=16, pixel_format="yuv444p", gop=5, options=options)
    path = make_video(folder / f"{place}.mp4", recipe)
    path.write_bytes(re.sub(rb"x264 - core \d{3}", b"x264 - core 142", path.read_bytes(), count=1))
    return path


def read_after_a_bare_jump(path, stamp):
    with av.open(str(path)) as container:
        container.seek(stamp, stream=container.streams.video[0])
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def test_what_the_first_packet_tells_the_decoder_survives_the_jump(tmp_path, no_reading_from_the_start):
    for path in (forge_old_encoder(tmp_path, place) for place in range(6)):
        reader = VideoReader(path)
        expected = list(reader)
        bare = read_after_a_bare_jump(path, stamp=10 * 512)
        if reader.damage == SOUND and np.abs(bare.astype(int) - expected[10].image).mean() > 1:
            assert_same(read_frames_at(path, [17, 10], like=reader), [expected[17], expected[10]])
            return
    pytest.skip("this encoder makes no file that tells")


@pytest.mark.skipif(not BENCHMARK, reason="the benchmark's files are not beside the project")
def test_a_frame_of_the_benchmark_behind_a_later_key_picture_is_no_rubbish(no_reading_from_the_start):
    frames = read_frames_at(BENCHMARK[-1], [252, 251], 320, like=read_through(BENCHMARK[-1])[0])
    assert_same(frames, expect_frames(BENCHMARK[-1], [252, 251], 320))


@pytest.mark.slow
@pytest.mark.parametrize("path", BENCHMARK, ids=lambda path: path.stem)
def test_frames_of_the_benchmark_equal_those_read_from_the_start(path, no_reading_from_the_start):
    order = random.Random(4).sample(range(390), 25)
    expected, reader = expect_frames(path, order, None), VideoReader(path, wanted=lambda index: False)
    assert list(reader) == []
    assert_same(read_frames_at(path, order, like=reader), expected)
    for index, frame in list(zip(order, expected, strict=True))[:8]:
        assert_same(read_frames_at(path, [index], like=reader), [frame])


def test_an_index_may_come_twice_and_none_gives_nothing(tmp_path):
    path = make_video(tmp_path / "video.mp4")
    assert [frame.index for frame in read_frames_at(path, [5, 2, 5])] == [5, 2, 5]
    assert read_frames_at(path, []) == []


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("index", [-1, 12])
def test_a_frame_that_is_not_there_is_refused(tmp_path, index, known):
    path = make_video(tmp_path / "video.mp4")
    reader, _ = read_through(path)
    with pytest.raises(VideoError, match=f"frame {index} of .* does not exist"):
        read_frames_at(path, [3, index], like=reader if known else None)


def test_no_video_is_refused_by_index_too(tmp_path):
    with pytest.raises(VideoError, match="there is no file"):
        read_frames_at(tmp_path / "missing.mp4", [0])
