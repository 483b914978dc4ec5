"""Why a file cannot be read, in words: what the first bytes of it say where FFmpeg only says that it could not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fakestormer.video.boxes import top_boxes

_LOOK: Final = 1 << 20  # bytes
_TS_PACKET: Final = 188
_ASF_HEADER: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_ENCRYPTION: Final = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")

_ENCRYPTED: Final = "is encrypted (DRM), and its key is not in it: ask the source for an unprotected copy"
# What a file is by its first bytes, where that is no video, and what to do about it.
_STARTS: Final = (
    ((b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b"), "is an archive, not a video: unpack it first"),
    ((b"%PDF",), "is a PDF document, not a video: give the video itself"),
    ((b"<!doctype html", b"<html"), "is a web page, not a video: download the video that it shows"),
    ((b"\x00\x00\x00\x0cJXL ", b"\xff\x0a"), "is a JPEG XL picture, not a video: convert it to GIF or MP4"),
)


def why_unreadable(path: Path, num_encrypted: int = 0) -> str | None:
    """What is the matter with a file that gives no picture, as the rest of a sentence; None where nothing is known."""
    with path.open("rb") as file:
        head = file.read(_LOOK)
    for starts, words in _STARTS:
        if head[:16].lstrip().lower().startswith(tuple(start.lower() for start in starts)):
            return words
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and head[20:21] and head[20] & 2:
        return "is an animated WebP, which FFmpeg cannot decode: convert it to GIF, APNG or MP4"
    if num_encrypted or _is_protected(head):
        return _ENCRYPTED
    boxes = [name for name, _, _ in top_boxes(path)]
    if b"moov" not in boxes and (b"mdat" in boxes or boxes[:1] == [b"ftyp"]):
        return (
            "has no index (moov box), as a recording that was not finished or a file that breaks off: "
            "get a complete copy, or repair it with a file from the same camera"
        )
    return None


def _is_protected(head: bytes) -> bool:
    """Whether the start of a file shows one of the protections that FFmpeg passes over in silence."""
    if head.startswith(_ASF_HEADER):
        return _ASF_ENCRYPTION in head
    if head[:1] == b"G" and head[_TS_PACKET : _TS_PACKET + 1] == b"G":
        packets = [head[place : place + 4] for place in range(0, len(head) - 3, _TS_PACKET)]
        scrambled = sum(packet[3] >> 6 != 0 for packet in packets if packet[0] == 0x47)
        return scrambled > len(packets) / 10
    return any(name in head for name in (b"drmi", b"encv")) and b"stsd" in head
