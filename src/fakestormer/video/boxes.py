"""The top-level boxes of an ISO base media file (MP4, MOV, HEIF), by their own headers."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

KNOWN: Final = frozenset(
    b"ftyp moov mdat moof styp sidx ssix free wide skip uuid pnot "
    b"meta mfra emsg prft pdin meco udta mpvd jumb bxml imda PICT".split()
)
_LETTERS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-\xa9")
_PICTURES: Final = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n", "PNG"))
STILL_BRANDS: Final = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")
_AFTER_FTYP: Final = (b"moov", b"mdat", b"free", b"wide", b"skip", b"uuid", b"moof")


def top_boxes(path: Path, begin: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end (in bytes, as the box states it) of each box from `begin` on, as long as they are boxes.

    The last one may end behind the end of the file. Boxes of unknown names are passed over where they are whole; what
    is no box ends the list: it is no part of the media, such as a camera's notes or a tag.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        place = begin
        while place + 8 <= size:
            file.seek(place)
            header = file.read(16)
            length, name = int.from_bytes(header[:4], "big"), header[4:8]
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            elif length == 0:  # "up to the end of the file"
                length = size - place
            is_whole = place + length <= size and _LETTERS.issuperset(name)
            if length < 8 or not (name in KNOWN or is_whole):
                return
            yield name, place, place + length
            place += length


def film_in_picture(path: Path) -> tuple[str, int, int] | None:
    """What kind of picture holds a film (MP4), as motion photos do, and where it begins and ends; None without."""
    with path.open("rb") as file:
        head = file.read(12)
        kind = next((name for start, name in _PICTURES if head.startswith(start)), None)
        if head[4:8] == b"ftyp" and head[8:12] in STILL_BRANDS:
            kind = "HEIF"
            if b"moov" in (name for name, _, _ in top_boxes(path)):
                return None  # a sequence of pictures, which is a film by itself
        if kind is None:
            return None
        with suppress(ValueError), mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            place = content.find(b"ftyp", 12)
            while place >= 0:
                begin, length = place - 4, int.from_bytes(content[place - 4 : place], "big")
                if 16 <= length <= 256 and content[begin + length + 4 : begin + length + 8] in _AFTER_FTYP:
                    return kind, begin, len(content)
                place = content.find(b"ftyp", place + 4)
    return None
