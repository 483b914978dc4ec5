"""Why a file cannot be read, in words: what the first bytes of it say where FFmpeg only says that it could not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fakestormer.video.boxes import STILL_BRANDS, top_boxes

_LOOK: Final = 1 << 20  # bytes
_TS_PACKET: Final = 188
_ASF_HEADER: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_ENCRYPTION: Final = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")

_ENCRYPTED: Final = "is encrypted (DRM), and its key is not in it: ask the source for an unprotected copy"
_PLAYLIST: Final = "is a playlist, not a video: give the video that it names"
# What a file is by its first bytes, where that is no video, and what to do about it.
_STARTS: Final = (
    (
        (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh", b"MSCF"),
        "is an archive, not a video: unpack it first",
    ),
    ((b"%PDF",), "is a PDF document, not a video: give the video itself"),
    ((b"\xd0\xcf\x11\xe0", b"{\\rtf"), "is an office document, not a video: give the video itself"),
    ((b"<!doctype html", b"<html", b"<script"), "is a web page, not a video: download the video that it shows"),
    ((b"#EXTM3U", b"#EXTINF", b"ffconcat", b"[playlist]"), _PLAYLIST),
    ((b"version https://git-lfs",), "is a pointer of Git LFS, not the video itself: run git lfs pull"),
    ((b"Salted__", b"-----BEGIN PGP"), "is encrypted, not a video as it is: decrypt it first"),
    ((b"SQLite format 3\0",), "is a database, not a video: give the video itself"),
    ((b"MZ", b"\x7fELF"), "is a program, not a video: give the video itself"),
    ((b"d8:announce", b"d10:", b"d13:"), "is a torrent, not a video: download the video that it names"),
    ((b"\x00\x00\x00\x0cJXL ", b"\xff\x0a"), "is a JPEG XL picture, not a video: convert it to GIF or MP4"),
)
_TAR: Final = (257, b"ustar")  # where a tar archive says what it is


def why_unreadable(path: Path, num_encrypted: int = 0) -> str | None:
    """What is the matter with a file that gives no picture, as the rest of a sentence; None where nothing is known."""
    with path.open("rb") as file:
        head = file.read(_LOOK)
    cause = _by_first_bytes(head)
    if cause:
        return cause
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and head[20:21] and head[20] & 2:
        return "is an animated WebP, which FFmpeg cannot decode: convert it to GIF, APNG or MP4"
    if num_encrypted or _is_protected(head):
        return _ENCRYPTED
    return _by_boxes(path, head[8:12])


def _by_first_bytes(head: bytes) -> str | None:
    """What a file that is no video says itself to be."""
    text = head[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for starts, words in _STARTS:
        if text.startswith(tuple(start.lower() for start in starts)):
            return words
    if head[_TAR[0] :].startswith(_TAR[1]):
        return _STARTS[0][1]
    if text.startswith(b"<?xml") and b"<html" in head[:2000].lower():
        return "is a web page, not a video: download the video that it shows"
    if b"<mpd" in head[:2000].lower():
        return _PLAYLIST
    if _is_text(head):
        return "is text, not a video, such as an error message of a server: read it, then get the video itself"
    if not any(head):
        return "holds nothing but zeros, as a download that was reserved and never came: get it again"
    return None


def _is_text(head: bytes) -> bool:
    """Whether a file begins with a good piece of UTF-8 text."""
    text = head[:4096].decode("utf-8-sig", errors="ignore")
    is_whole = len(text.encode()) >= len(head[:4096]) - 6  # a byte order mark, and a letter cut in two
    return bool(text.strip()) and is_whole and all(letter.isprintable() or letter.isspace() for letter in text)


def _by_boxes(path: Path, brand: bytes) -> str | None:
    """What is the matter with an ISO base media file."""
    boxes = list(top_boxes(path))
    names = [name for name, _, _ in boxes]
    if b"meta" in names and b"moov" not in names and brand in STILL_BRANDS:
        return f"is a still picture ({brand.decode('ascii').upper()}), not a video: give the video itself"
    if b"moov" not in names and (b"mdat" in names or names[:1] == [b"ftyp"]):
        return (
            "has no index (moov box), as a recording that was not finished or a file that breaks off: "
            "get a complete copy, or repair it with a file from the same camera"
        )
    if boxes and boxes[-1][2] > path.stat().st_size:
        return f"breaks off before its end, within its {names[-1].decode('ascii')} box: get a complete copy"
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
