"""Whether a file breaks off before its end, read from the sizes that the container itself states.

A decoder does not tell: the frames of a file that was cut simply end. MP4 and MOV state the size of every box, AVI and
WebM/Matroska the size of the whole, MPEG transport streams come in packets of 188 bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from fakestormer.video.container import check_is_file

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
_BOXES = (b"ftyp", b"moov", b"mdat", b"moof", b"styp", b"sidx", b"free", b"wide", b"skip", b"uuid", b"pnot")
_TS_PACKET = 188


def breaks_off(path: str | Path) -> bool:
    """Whether the file is shorter than its own headers say; False for containers that do not say."""
    path = check_is_file(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(_TS_PACKET + 1)
        if start[4:8] in _BOXES:
            return _end_of_boxes(file, size) != size
        if start[:4] == b"RIFF":
            return 8 + int.from_bytes(start[4:8], "little") > size
        if start[:4] == _EBML:
            return _end_of_segment(file) > size
        if start[:1] == b"G" and start[_TS_PACKET:] in (b"", b"G"):
            return size % _TS_PACKET != 0
    return False


def _end_of_boxes(file: BinaryIO, size: int) -> int:
    """Where the last top-level box of an ISO base media file ends, in bytes; beyond the file's size where it is cut."""
    offset = 0
    while offset < size:
        file.seek(offset)
        header = file.read(16)
        if len(header) < 8:
            return size + 1
        length = int.from_bytes(header[:4], "big")
        if length == 0:  # "up to the end of the file"
            return size
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length < 8:  # zeros and the like after the last box
            return size
        offset += length
    return offset


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
