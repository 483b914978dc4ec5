"""Where a file ends, and why one cannot be read: only what is unfinished is cut, and the cause is named."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext
from tests.bad_videos import Recipe, make_video

from fakestormer.types import VideoDamage, VideoError
from fakestormer.video import VideoReader

TAILS = {
    "a camera's notes": b"notes of the camera, behind the film. " * 40,
    "an ID3 tag": b"TAG" + bytes(125),
    "a few bytes": b"end",
    "a box of its own kind": b"\0\0\0\x40abcd" + bytes(56) + b"and notes",
    "zeros": bytes(3000),
}


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.m2ts", "a.avi"])
def test_bytes_behind_a_whole_film_are_no_cut(tmp_path, name, tail):
    path = make_video(tmp_path / name, Recipe(codec="mpeg4" if name == "a.avi" else "libx264"))
    path.write_bytes(path.read_bytes() + TAILS[tail])
    reader = VideoReader(path)
    assert len(list(reader)) == 12
    assert not reader.damage.truncated


@pytest.mark.parametrize("name", ["a.ts", "a.m2ts"])
def test_a_transport_stream_that_ends_within_a_packet_is_cut(tmp_path, name):
    path = make_video(tmp_path / name, Recipe(num_frames=30))
    path.write_bytes(path.read_bytes()[:-1000])
    reader = VideoReader(path)
    list(reader)
    assert reader.damage.truncated


def test_a_cut_behind_a_box_of_an_unknown_kind_is_seen(tmp_path):
    path = make_video(tmp_path / "a.mp4", Recipe(muxer=(("movflags", "faststart"),)))
    unknown = b"\0\0\0\x20thmb" + bytes(24)
    content = path.read_bytes()
    path.write_bytes(content + unknown + b"\0\0\1\0mdat")
    reader = VideoReader(path)
    list(reader)
    assert reader.damage.truncated


def encrypt(source, path):
    options = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "00112233445566778899aabbccddeeff",
        "encryption_kid": "ffeeddccbbaa99887766554433221100",
    }
    with av.open(str(path), "w", options=options) as target, av.open(str(source)) as plain:
        stream = target.add_stream_from_template(plain.streams.video[0])
        for packet in plain.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return path


def test_an_encrypted_film_is_called_encrypted(tmp_path):
    path = encrypt(make_video(tmp_path / "plain.mp4"), tmp_path / "encrypted.mp4")
    with pytest.raises(VideoError, match="is encrypted") as refusal:
        VideoReader(path)
    assert "damaged" not in str(refusal.value)


def scramble(source, path):
    """A transport stream whose payload is marked as scrambled, but for its tables."""
    data = bytearray(source.read_bytes())
    for place in range(0, len(data), 188):
        if data[place + 1] & 0x1F == 1:  # programme identifiers from 256 on are streams
            data[place + 3] |= 0x80
            data[place + 12 : place + 188] = np.random.default_rng(place).bytes(176)
    path.write_bytes(data)
    return path


def animated_webp(path):
    chunk = b"VP8X" + (10).to_bytes(4, "little") + bytes([2, 0, 0, 0]) + bytes(6)
    frames = b"ANIM" + (6).to_bytes(4, "little") + bytes(6)
    body = b"WEBP" + chunk + frames
    path.write_bytes(b"RIFF" + len(body).to_bytes(4, "little") + body)
    return path


def written(path, content):
    path.write_bytes(content)
    return path


# FFmpeg would ask for the segments of such a stream, and for the list again, for as long as nobody ends it.
LIVE = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n"


def cut_by_a_byte(path):
    return written(path, path.read_bytes()[:-1])


def with_codec(path, name):
    content = path.read_bytes()
    place = content.index(b"avc1", content.index(b"stsd"))
    return written(path, content[:place] + name + content[place + 4 :])


def with_matrix(source, path, number):
    """The same pictures, whose packets name another colour matrix."""
    with av.open(str(source)) as read, av.open(str(path), "w") as target:
        changed = BitStreamFilterContext(f"h264_metadata=matrix_coefficients={number}", read.streams.video[0])
        stream = target.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(video=0):
            for one in changed.filter(packet if packet.size else None):
                one.stream = stream
                target.mux(one)
    return path


CAUSES = {
    "animated WebP": (lambda folder: animated_webp(folder / "a.webp"), "animated WebP"),
    "scrambled broadcast": (
        lambda folder: scramble(make_video(folder / "a.ts", Recipe(num_frames=30)), folder / "b.ts"),
        "is encrypted",
    ),
    "web page": (lambda folder: written(folder / "a.mp4", b"\n<!DOCTYPE html><html>film</html>"), "web page"),
    "archive": (lambda folder: written(folder / "a.mp4", b"PK\x03\x04" + bytes(400)), "archive"),
    "archive of another kind": (
        lambda folder: written(folder / "a.mp4", bytes(257) + b"ustar" + bytes(400)),
        "archive",
    ),
    "playlist": (lambda folder: written(folder / "a.m3u8", LIVE), "is a playlist"),
    "manifest of a stream": (lambda folder: written(folder / "a.mp4", b'<?xml version="1.0"?><MPD/>'), "is a playlist"),
    "pointer": (lambda folder: written(folder / "a.mp4", b"version https://git-lfs.github.com/spec/v1\n"), "Git LFS"),
    "answer of a server": (lambda folder: written(folder / "a.mp4", b'{"error": "access denied"}\n'), "is text"),
    "another answer of a server": (
        lambda folder: written(folder / "a.mp4", b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
        "is text",
    ),
    "subtitles": (
        lambda folder: written(folder / "a.mp4", b"1\n00:00:01,000 --> 00:00:02,000\nGr\xc3\xbc\xc3\x9fe\n"),
        "is text",
    ),
    "database": (lambda folder: written(folder / "a.mp4", b"SQLite format 3\0" + bytes(400)), "is a database"),
    "zeros": (lambda folder: written(folder / "a.mp4", bytes(5000)), "nothing but zeros"),
    "cut index": (lambda folder: cut_by_a_byte(make_video(folder / "a.mov")), "within its moov box"),
    "unknown codec": (lambda folder: with_codec(make_video(folder / "a.mp4"), b"zzzz"), "no decoder"),
    "edit list": (
        lambda folder: make_video(folder / "a.mp4", Recipe(times=tuple(index / 25 - 3 for index in range(12)))),
        "edit list",
    ),
    "colours": (
        lambda folder: with_matrix(make_video(folder / "a.ts"), folder / "b.ts", 8),
        "cannot convert .matrix YCgCo.*BT.709",
    ),
    "colours of film": (
        lambda folder: with_matrix(make_video(folder / "a.ts"), folder / "b.ts", 14),
        "cannot convert .matrix ICtCp",
    ),
    "document": (lambda folder: written(folder / "a.mp4", b"%PDF-1.7" + bytes(400)), "PDF"),
}


@pytest.mark.parametrize("kind", CAUSES)
def test_the_real_cause_is_named(tmp_path, kind):
    make, words = CAUSES[kind]
    with pytest.raises(VideoError, match=words) as refusal:
        VideoReader(make(tmp_path))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("number", [3, 40])
def test_a_colour_matrix_that_means_nothing_is_passed_over(tmp_path, number):
    source = make_video(tmp_path / "a.ts")
    read = VideoReader(with_matrix(source, tmp_path / "b.ts", number))
    for frame, plain in zip(read, VideoReader(source), strict=True):
        assert (frame.image == plain.image).all()


def test_sound_files_have_no_damage(tmp_path):
    reader = VideoReader(make_video(tmp_path / "a.mp4"))
    assert len(list(reader)) == 12
    assert reader.damage == VideoDamage()
