"""Whether a file breaks off before its end, read from the sizes that the container itself states.

A decoder does not tell: the frames of a file that was cut simply end. MP4 and MOV state the size of every box, AVI and
WebM/Matroska the size of the whole, MPEG transport streams come in packets of 188 or 192 bytes. Only what is unfinished
is cut: whatever else stands behind the last box, packet or segment is none of the media's, as tags and cameras' notes
are.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

from fakestormer.video.boxes import KNOWN, film_in_picture, top_boxes
from fakestormer.video.container import check_is_file

_EBML: Final = b"\x1a\x45\xdf\xa3"
_SEGMENT: Final = b"\x18\x53\x80\x67"
_TS_PACKET: Final = 188
_STAMPED_PACKET: Final = 192  # of Blu-ray and cameras (M2TS): four bytes of arrival time before each
_UNKNOWN_SIZE: Final = 0xFFFFFFF0  # of a RIFF file that was written without going back to its start


def breaks_off(path: str | Path) -> bool:
    """Whether the file is shorter than its own headers say; False for containers that do not say."""
    path = check_is_file(path)
    size = path.stat().st_size
    film = film_in_picture(path)
    with path.open("rb") as file:
        start = file.read(_STAMPED_PACKET + 5)
        if film or start[4:8] in KNOWN:
            return _boxes_break_off(path, film[1] if film else 0, size)
        if start[:4] == b"RIFF":
            length = int.from_bytes(start[4:8], "little")
            return length < _UNKNOWN_SIZE and 8 + length > size
        if start[:4] == _EBML:
            return _end_of_segment(file) > size
        if start[:1] == b"G" and start[_TS_PACKET : _TS_PACKET + 1] in (b"", b"G"):
            return _packets_break_off(file, size, _TS_PACKET)
        if start[4:5] == b"G" and start[_STAMPED_PACKET + 4 :] == b"G":
            return _packets_break_off(file, size, _STAMPED_PACKET)
    return False


def _boxes_break_off(path: Path, begin: int, size: int) -> bool:
    """Whether the last top-level box of an ISO base media file is unfinished, or its header is."""
    boxes = list(top_boxes(path, begin))
    names, end = {name for name, _, _ in boxes}, boxes[-1][2] if boxes else begin
    # A few bytes behind the last box may be a header: of nothing that matters where index and media are complete.
    unfinished_header = 0 < size - end < 8 and not {b"moov", b"mdat"} <= names
    return end > size or unfinished_header or (b"moof" in names and 0 < size - end < 8)


def _packets_break_off(file: BinaryIO, size: int, length: int) -> bool:
    """Whether a transport stream with packets of that length ends within one; what does not begin as one is none."""
    place, mark = size // length * length, length - _TS_PACKET
    while place > 0:
        file.seek(place - length + mark)
        if file.read(1) == b"G":
            break
        place -= length
    file.seek(place + mark)
    return 0 < size - place < length and file.read(1) == b"G"


def _end_of_segment(file: BinaryIO) -> int:
    """Where the first Matroska segment ends, in bytes; 0 where its size is unknown (live recordings)."""
    file.seek(0)
    head = file.read(4096)
    place = head.find(_SEGMENT)
    if place < 0 or place + 12 > len(head):
        return 0
    first = head[place + 4]
    if first == 0:
        return 0
    num_bytes = 9 - first.bit_length()
    field = int.from_bytes(head[place + 4 : place + 4 + num_bytes], "big")
    length = field & ((1 << 7 * num_bytes) - 1)
    if length == (1 << 7 * num_bytes) - 1:
        return 0
    return place + 4 + num_bytes + length
