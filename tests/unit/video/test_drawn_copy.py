from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from tests.bad_videos import ODD_VIDEOS, make_video

from fakestormer.types import DataError, VideoError
from fakestormer.video import VideoReader, write_drawn

TIMES = (0, 40, 90, 200, 210, 500, 700, 1000)  # milliseconds


def film_with_sound(path, container, codec):
    """Pictures of a varying rate with a tone beside them."""
    with av.open(str(path), "w", format=container) as file:
        pictures, sound = file.add_stream("libx264", rate=25), file.add_stream(codec, rate=44100)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        pictures.codec_context.time_base = Fraction(1, 1000)
        sound.layout = "mono"
        for index, time in enumerate(TIMES):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 * index, np.uint8), format="rgb24")
            picture.pts, picture.time_base = time, Fraction(1, 1000)
            file.mux(pictures.encode(picture))
        tone = (8000 * np.sin(np.arange(44100) / 20)).astype(np.int16)
        for part in range(0, 44100, 1024):
            heard = av.AudioFrame.from_ndarray(tone[None, part : part + 1024], format="s16", layout="mono")
            heard.sample_rate, heard.pts = 44100, part
            file.mux(sound.encode(heard))
        file.mux(pictures.encode(None))
        file.mux(sound.encode(None))
    return path


def packets_of_sound(path):
    with av.open(str(path)) as file:
        packets = [(float(one.pts * one.time_base), bytes(one)) for one in file.demux(audio=0) if one.size]
    return [time for time, _ in packets], [content for _, content in packets]


def test_times_of_a_varying_rate_stay_and_the_sound_is_copied_as_it_is(tmp_path):
    source = film_with_sound(tmp_path / "a.mkv", "matroska", "aac")
    assert write_drawn(source, tmp_path / "b.mp4", lambda frame: frame.image)
    assert [frame.time for frame in VideoReader(tmp_path / "b.mp4")] == [time / 1000 for time in TIMES]
    (before, sound), (after, copied) = packets_of_sound(source), packets_of_sound(tmp_path / "b.mp4")
    assert copied == sound
    assert after == pytest.approx(before, abs=0.001)


@pytest.mark.parametrize("kind", ["odd size", "one frame", "portrait", "variable rate"])
def test_the_copy_shows_every_frame_upright_at_its_time(tmp_path, kind):
    source = VideoReader(ODD_VIDEOS[kind](tmp_path))
    before = [(frame.time, frame.image) for frame in source]
    assert write_drawn(source.info.path, tmp_path / "b.mp4", lambda frame: frame.image)
    copy = VideoReader(tmp_path / "b.mp4")
    after = [(frame.time, frame.image) for frame in copy]
    assert [time for time, _ in after] == [time for time, _ in before]
    assert copy.info.rotation == 0
    height, width = before[0][1].shape[:2]
    for (_, image), (_, copied) in zip(before, after, strict=True):
        assert np.abs(image.astype(int) - copied[:height, :width]).mean() < 12  # halved colour costs some


def test_what_is_drawn_is_seen(tmp_path):
    source = make_video(tmp_path / "a.mp4")
    write_drawn(source, tmp_path / "b.mp4", lambda frame: np.full_like(frame.image, 200))
    assert all(abs(frame.image.mean() - 200) < 3 for frame in VideoReader(tmp_path / "b.mp4"))


def test_a_failure_on_the_way_leaves_an_earlier_film_alone(tmp_path):
    source, target = make_video(tmp_path / "a.mp4"), tmp_path / "b.mp4"
    target.write_bytes(b"earlier")

    def fail(frame):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_drawn(source, target, fail)
    assert target.read_bytes() == b"earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_a_video_is_never_overwritten_by_its_own_copy(tmp_path):
    source = make_video(tmp_path / "a.mp4")
    (tmp_path / "link.mp4").symlink_to(source)
    content = source.read_bytes()
    with pytest.raises(VideoError, match="is the video itself"):
        write_drawn(source, tmp_path / "link.mp4", lambda frame: frame.image)
    assert source.read_bytes() == content


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    source = make_video(tmp_path / "a.mp4")
    with pytest.raises(DataError, match="cannot be written"):
        write_drawn(source, source / "b.mp4", lambda frame: frame.image)
