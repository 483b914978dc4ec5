"""Rates and times follow from the stamps, as a player's clock shows them, whatever the header says."""

from __future__ import annotations

import itertools
from fractions import Fraction

import av
import numpy as np
import pytest
from tests.bad_videos import Recipe, draw_scene, make_video

from fakestormer.types import QualityCode
from fakestormer.video import VideoReader


def noted(reader):
    return {note.code: note for note in reader.info.notes}


def read(path):
    reader = VideoReader(path)
    return reader, [frame.time for frame in reader]


def with_default_duration(source, target, nanoseconds):
    """The same Matroska file, with another time of a frame in its header."""
    data = bytearray(source.read_bytes())
    place = data.index(b"\x23\xe3\x83")
    length = data[place + 3] & 0x7F
    data[place + 4 : place + 4 + length] = nanoseconds.to_bytes(length, "big")
    target.write_bytes(data)
    return target


@pytest.mark.parametrize(("nanoseconds", "rate"), [(1_000_000, 1000), (500_000_000, 2)])
def test_a_header_that_lies_about_the_rate_is_not_believed(tmp_path, nanoseconds, rate):
    source = make_video(tmp_path / "a.mkv", Recipe(num_frames=25, b_frames=0))
    plain = VideoReader(source)
    reader, times = read(with_default_duration(source, tmp_path / "b.mkv", nanoseconds))
    assert reader.info.frame_rate == pytest.approx(25, rel=0.01)
    assert times[-1] == pytest.approx(24 / 25, abs=0.002)
    assert reader.info.bits_per_pixel == pytest.approx(plain.info.bits_per_pixel, rel=0.02)
    assert noted(reader)[QualityCode.HEADER_RATE].value == pytest.approx(rate, rel=0.01)
    assert QualityCode.HEADER_RATE not in noted(plain)


def test_pauses_count_neither_for_the_rate_nor_as_a_lie_of_the_header(tmp_path):
    times = tuple(30 * burst + index / 25 for burst in range(3) for index in range(10))
    reader, seen = read(make_video(tmp_path / "screen.mp4", Recipe(times=times)))
    assert reader.info.frame_rate == pytest.approx(25, rel=0.01)
    assert seen == pytest.approx(times, abs=0.001)
    assert reader.info.duration == pytest.approx(times[-1] + 0.04, abs=0.001)
    assert reader.info.notes == ()


@pytest.mark.parametrize("together", [2, 3])
def test_pictures_that_share_their_stamps_make_times_neither_drift_nor_jump(tmp_path, together):
    times = tuple(index // together * together / 25 for index in range(24))
    reader, seen = read(make_video(tmp_path / "a.mkv", Recipe(times=times, b_frames=0)))
    assert len(seen) == 24
    assert all(first < second for first, second in itertools.pairwise(seen))
    assert seen[::together] == pytest.approx(times[::together], abs=0.002)
    assert QualityCode.TIME_JUMPS not in noted(reader)


@pytest.mark.parametrize("offset", [36000, -5, 300])
def test_a_jump_of_a_transport_streams_clock_is_closed_and_told(tmp_path, offset):
    starts = (10, 10 + offset)
    parts = [
        make_video(tmp_path / f"{place}.ts", Recipe(times=tuple(start + index / 25 for index in range(20))))
        for place, start in enumerate(starts)
    ]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    reader = VideoReader(path)
    frames = list(reader)
    assert len(frames) == 38  # a transport stream loses the packet at a seam
    assert all(0 < later.time - earlier.time < 0.1 for earlier, later in itertools.pairwise(frames))
    assert (frames[0].part, frames[-1].part) == (0, 1)
    assert noted(reader)[QualityCode.TIME_JUMPS].value == 1
    assert reader.info.duration < 1.7


def test_an_absurd_pause_in_a_file_without_a_broadcast_clock_is_closed_too(tmp_path):
    times = tuple(index / 25 for index in range(10)) + tuple(36000 + index / 25 for index in range(10))
    reader, seen = read(make_video(tmp_path / "a.mkv", Recipe(times=times)))
    assert seen[-1] < 1
    assert QualityCode.TIME_JUMPS in noted(reader)


def film_with_late_pictures(path, delay):
    """A tone from the start, pictures after `delay` seconds."""
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=16000, layout="mono")
        pictures = container.add_stream("libx264", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 96, 64, "yuv420p"
        packets = []
        for start in range(0, (delay + 1) * 16000, 1024):
            wave = np.sin(np.arange(start, start + 1024) * 0.1).astype(np.float32)[None]
            frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 16000, start, Fraction(1, 16000)
            packets += sound.encode(frame)
        for index in range(12):
            picture = av.VideoFrame.from_ndarray(draw_scene(index), format="rgb24")
            picture.pts, picture.time_base = index + 25 * delay, Fraction(1, 25)
            packets += pictures.encode(picture)
        packets += [*sound.encode(None), *pictures.encode(None)]
        for packet in sorted((one for one in packets if one.dts is not None), key=lambda one: one.dts * one.time_base):
            container.mux(packet)
    return path


@pytest.mark.parametrize("name", ["late.mp4", "late.mkv", "late.ts"])
def test_pictures_that_begin_after_the_sound_have_the_times_of_a_players_clock(tmp_path, name):
    reader, times = read(film_with_late_pictures(tmp_path / name, 5))
    assert times[0] == pytest.approx(5, abs=0.1)
    assert reader.info.start == times[0]
    assert reader.info.duration == pytest.approx(times[0] + 12 / 25, abs=0.01)
    assert noted(reader)[QualityCode.LATE_START].value == times[0]


def test_a_clock_that_does_not_begin_at_zero_is_no_late_start(tmp_path):
    reader, times = read(make_video(tmp_path / "a.ts", Recipe(times=tuple(700 + index / 25 for index in range(10)))))
    assert times[0] == 0
    assert reader.info.notes == ()


@pytest.mark.parametrize("b_frames", [0, 1, 2])
def test_pictures_of_an_avi_begin_at_zero_though_its_decoder_holds_some_back(tmp_path, b_frames):
    recipe = Recipe(codec="mpeg4", frame_rate=5, num_frames=20, b_frames=b_frames)
    reader, times = read(make_video(tmp_path / "a.avi", recipe))
    assert times == pytest.approx([index / 5 for index in range(20)])
    assert (reader.info.start, reader.info.notes) == (0, ())
