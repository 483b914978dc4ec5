"""A seeded corpus of hostile files: small films of many containers and codecs, each spoilt in one way.

    python -m tests.hostile.corpus --out FOLDER          # makes all files
    python -m tests.hostile.corpus --table docs/hostile-files.md   # reads them all and writes what came of it

The same seed gives the same files on every machine with the same FFmpeg. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tests.bad_videos import Recipe, make_video

SEED = 20
EXTREMES = (0, 0x7FFFFFFF, 0xFFFFFFFF)
BASES = {
    "mp4 h264": ("a.mp4", Recipe(num_frames=8)),
    "mp4 h264, fragments": ("b.mp4", Recipe(num_frames=8, muxer=(("movflags", "frag_keyframe+empty_moov"),))),
    "mov mpeg4": ("c.mov", Recipe(num_frames=8, codec="mpeg4")),
    "mkv h264": ("d.mkv", Recipe(num_frames=8)),
    "webm vp8": ("e.webm", Recipe(num_frames=8, codec="libvpx", b_frames=0)),
    "avi mpeg4": ("f.avi", Recipe(num_frames=8, codec="mpeg4")),
    "ts h264": ("g.ts", Recipe(num_frames=8)),
    "m2ts h264": ("h.m2ts", Recipe(num_frames=8)),
    "flv flv1": ("i.flv", Recipe(num_frames=8, codec="flv", b_frames=0)),
    "mpg mpeg1": ("j.mpg", Recipe(num_frames=8, codec="mpeg1video", b_frames=0)),
    "nut ffv1": ("k.nut", Recipe(num_frames=8, codec="ffv1", b_frames=0)),
    "wmv wmv2": ("l.wmv", Recipe(num_frames=8, codec="wmv2", b_frames=0)),
    "ogg vp8": ("m.ogv", Recipe(num_frames=8, codec="libvpx", b_frames=0)),
}
CONTAINERS_OF_BOXES = ("mp4 h264", "mp4 h264, fragments", "mov mpeg4")
PARENTS = frozenset(b"moov trak mdia minf stbl edts dinf mvex moof traf udta".split())
LYING_BOXES = frozenset(b"mvhd tkhd mdhd elst stts ctts stsc stsz stco stss trun tfhd tfdt trex mfhd avcC".split())


@dataclass(frozen=True)
class Hostile:
    """One file: the kind of its fault, a name that no other has, what it ends with, and its bytes."""

    kind: str
    name: str
    content: bytes


class Box(NamedTuple):
    """A box of an ISO base media file, by its place in the file."""

    name: bytes
    begin: int
    end: int


def make_corpus(folder: Path) -> Iterator[Hostile]:
    """All hostile files; `folder` is for the sound ones that they are made of."""
    for number, (base, (name, recipe)) in enumerate(BASES.items()):
        content = make_video(folder / name, recipe).read_bytes()
        suffix = Path(name).suffix
        rng = np.random.default_rng([SEED, number])
        for kind, spoil, count in SPOILS:
            for turn in range(count):
                yield Hostile(kind, f"{base} {kind} {turn}{suffix}", spoil(content, rng))
        if base in CONTAINERS_OF_BOXES:
            yield from _spoil_boxes(base, suffix, content, rng)
        if base == "avi mpeg4":
            place = content.index(b"avih") + 8
            yield from _lies(base, suffix, content, [place + 4 * word for word in range(10)])
        if base in ("mkv h264", "webm vp8"):
            yield from _spoil_elements(base, suffix, content)
    yield from _whole_files(folder)


def _cut(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: int(rng.integers(1, len(content)))]


def _flip(content: bytes, rng: np.random.Generator, end: int, count: int) -> bytes:
    spoilt = bytearray(content)
    for place in rng.integers(0, min(end, len(content)), count):
        spoilt[place] ^= 1 << int(rng.integers(8))
    return bytes(spoilt)


def _zero(content: bytes, rng: np.random.Generator) -> bytes:
    begin = int(rng.integers(len(content)))
    end = min(len(content), begin + int(rng.integers(1, 2000)))
    return content[:begin] + bytes(end - begin) + content[end:]


def _double(content: bytes, rng: np.random.Generator) -> bytes:
    begin, end = sorted(int(place) for place in rng.integers(0, len(content), 2))
    return content[:end] + content[begin:]


def _leave_out(content: bytes, rng: np.random.Generator) -> bytes:
    begin, end = sorted(int(place) for place in rng.integers(0, len(content), 2))
    return content[:begin] + content[end:]


def _insert_noise(content: bytes, rng: np.random.Generator) -> bytes:
    place = int(rng.integers(len(content)))
    return content[:place] + rng.bytes(int(rng.integers(1, 3000))) + content[place:]


Spoil = Callable[[bytes, np.random.Generator], bytes]
SPOILS: tuple[tuple[str, Spoil, int], ...] = (
    ("cut anywhere", _cut, 4),
    ("bits flipped in the header", lambda content, rng: _flip(content, rng, 600, 6), 5),
    ("bits flipped anywhere", lambda content, rng: _flip(content, rng, len(content), 40), 5),
    ("a stretch of zeros", _zero, 2),
    ("a stretch twice", _double, 2),
    ("a stretch left out", _leave_out, 2),
    ("noise put in", _insert_noise, 2),
    ("noise behind the end", lambda content, rng: content + rng.bytes(4000), 1),
    ("header alone", lambda content, rng: content[: int(rng.integers(8, 200))], 1),
)


def boxes(content: bytes, begin: int = 0, end: int | None = None) -> Iterator[Box]:
    """All boxes, those within others included."""
    end = len(content) if end is None else end
    while begin + 8 <= end:
        length, name = int.from_bytes(content[begin : begin + 4], "big"), content[begin + 4 : begin + 8]
        if length < 8 or begin + length > end:
            return
        yield Box(name, begin, begin + length)
        if name in PARENTS:
            yield from boxes(content, begin + 8, begin + length)
        begin += length


def _spoil_boxes(base: str, suffix: str, content: bytes, rng: np.random.Generator) -> Iterator[Hostile]:
    found = list(boxes(content))
    for number, box in enumerate(found):
        name = f"{base} {number} {box.name.decode('latin1')}"
        yield Hostile("cut at a box", f"{name} cut{suffix}", content[: box.begin + 8 * (number % 2)])
        length = int(rng.choice((0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF)))
        lying = content[: box.begin] + length.to_bytes(4, "big") + content[box.begin + 4 :]
        yield Hostile("absurd size of a box", f"{name} size {length}{suffix}", lying)
    words = [place for box in found if box.name in LYING_BOXES for place in range(box.begin + 12, box.end - 3, 4)[:5]]
    yield from _lies(base, suffix, content, words)


def _lies(base: str, suffix: str, content: bytes, places: list[int]) -> Iterator[Hostile]:
    """A word of a header says something absurd."""
    for turn, place in enumerate(places):
        value = EXTREMES[turn % len(EXTREMES)]
        lying = content[:place] + value.to_bytes(4, "big") + content[place + 4 :]
        yield Hostile("a lying header", f"{base} word {place} {value:x}{suffix}", lying)


def _spoil_elements(base: str, suffix: str, content: bytes) -> Iterator[Hostile]:
    """Width, height, times and numbers in a Matroska header become nothing, or as large as they may be."""
    for name in (b"\xb0", b"\xba", b"\x23\xe3\x83", b"\x44\x89", b"\x2a\xd7\xb1", b"\xd7"):
        place = content.find(name, content.index(b"\x16\x54\xae\x6b") if len(name) < 2 else 0)
        length = content[place + len(name)] & 0x7F
        for value in (b"\0", b"\xff"):
            begin = place + len(name) + 1
            lying = content[:begin] + value * length + content[begin + length :]
            yield Hostile("a lying header", f"{base} element {name.hex()} {value.hex()}{suffix}", lying)


def _whole_files(folder: Path) -> Iterator[Hostile]:
    """Files that are absurd as a whole."""
    film = make_video(folder / "film.mp4", Recipe(num_frames=4)).read_bytes()
    yield Hostile("nesting", "boxes 5000 deep.mp4", _nested(5000) + film)
    yield Hostile("nesting", "boxes 100000 deep.mp4", film[:32] + _nested(100_000))
    for count in (200, 3000):
        yield Hostile("thousands of tracks", f"{count} tracks.mp4", _with_tracks(film, count))
    yield Hostile("huge pictures", "16000 x 16000.png", _png(16000, 16000))
    yield Hostile("huge pictures", "1 x 16000.png", _png(1, 16000))
    yield Hostile("huge pictures", "2000000000 x 1 by its header.png", _png(2_000_000_000, 1))
    for width, height in ((2, 2), (16, 2), (2, 4096)):
        small = make_video(folder / "small.nut", Recipe(width=width, height=height, codec="rawvideo", b_frames=0))
        yield Hostile("tiny and thin pictures", f"{width} x {height}.nut", small.read_bytes())
    yield Hostile("tiny and thin pictures", "1 x 1.png", _png(1, 1))
    yield Hostile("millions of frames", "a hundred thousand of one byte.y4m", _y4m(100_000))
    yield Hostile("millions of frames", "ten million by its tables.mp4", _with_samples(film, 10_000_000))
    for name, times in {
        "far apart": (0.0, 1e5, 2e5, 3e5, 4e5, 5e5),
        "from the far future": tuple(1e6 + index / 25 for index in range(8)),
        "a microsecond apart": tuple(index / 12000 for index in range(8)),
    }.items():
        odd = make_video(folder / "odd.mkv", Recipe(times=times, b_frames=0)).read_bytes()
        yield Hostile("odd stamps", f"{name}.mkv", odd)
    frames = make_video(folder / "plain.mkv", Recipe(num_frames=8, b_frames=0)).read_bytes()
    yield Hostile("odd stamps", "all in one moment.mkv", _same_stamps(frames))
    for name, content in {
        "live.m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n",
        "passwords.m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n",
        "list.ffconcat": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "list.mpd": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>/</BaseURL></MPD>',
        "session.sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    }.items():
        yield Hostile("addresses inside", name, content)


def _nested(depth: int) -> bytes:
    length = 8 * depth
    return b"".join(struct.pack(">I4s", length - 8 * level, b"moov") for level in range(depth))


def _with_tracks(film: bytes, count: int) -> bytes:
    found = {box.name: box for box in boxes(film)}
    moov, trak = found[b"moov"], found[b"trak"]
    more = film[trak.begin : trak.end] * count
    length = (moov.end - moov.begin + len(more)).to_bytes(4, "big")
    return film[: moov.begin] + length + film[moov.begin + 4 : trak.end] + more + film[trak.end :]


def _with_samples(film: bytes, count: int) -> bytes:
    """The film with tables that speak of that many samples of a byte each, one duration for all."""
    spoilt = bytearray(film)
    for box in boxes(film):
        if box.name == b"stsz":
            spoilt[box.begin + 12 : box.begin + 20] = struct.pack(">II", 1, count)
        if box.name == b"stts":
            spoilt[box.begin + 16 : box.begin + 20] = struct.pack(">I", count)
        if box.name == b"stsc":
            spoilt[box.begin + 20 : box.begin + 24] = struct.pack(">I", count)
    return bytes(spoilt)


def _png(width: int, height: int) -> bytes:
    """Black in one bit a pixel, its rows cut short after 40 million bytes."""
    row = (width + 7) // 8 + 1
    rows = zlib.compress(bytes(min(row * height, 40_000_000)), 1)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    framed = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def _y4m(count: int) -> bytes:
    return b"YUV4MPEG2 W1 H1 F25:1 Ip A1:1 Cmono\n" + b"FRAME\nx" * count


def _same_stamps(content: bytes) -> bytes:
    """A Matroska film all of whose blocks say that they are shown at the beginning of their cluster."""
    spoilt, place = bytearray(content), content.index(b"\x1f\x43\xb6\x75")
    while (place := spoilt.find(b"\xa3", place + 1)) >= 0:
        first = spoilt[place + 1]
        begin = place + 1 + (9 - first.bit_length() if first else 1)
        if spoilt[begin : begin + 1] == b"\x81":
            spoilt[begin + 1 : begin + 3] = b"\0\0"
    return bytes(spoilt)


def main() -> None:
    """The command line."""
    from tests.hostile.reading import write_table

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="write all files into this folder")
    parser.add_argument("--table", type=Path, help="read all files and write this page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = options.out or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        if options.table:
            write_table(options.table, folder)
        else:
            for number, one in enumerate(make_corpus(folder)):
                (folder / f"{number:04d} {one.name}").write_bytes(one.content)


if __name__ == "__main__":
    main()
