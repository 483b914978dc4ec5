"""A path becomes an open container and its picture stream, or one clear sentence about why not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from fakestormer.types import VideoError
from fakestormer.video.boxes import film_in_picture
from fakestormer.video.refusal import why_unreadable

# Readers that would follow addresses written inside the file (and wait for them: a playlist of a live stream without
# end), run a script, or make pictures of text. They are not even tried.
_REFUSED_FORMATS = frozenset(
    {"avisynth", "concat", "dash", "hls", "imf", "lavfi", "libgme", "rtp", "rtsp", "sap", "sdp", "tty", "vapoursynth"}
    | {"webm_dash_manifest"}
)
_SEQUENCES = frozenset({"avis", "hevc", "hevx", "hevm", "hevs", "msf1", "avcs"})  # brands of pictures that move
_TOO_LARGE = "has a header for which there is no memory, with absurd tables or thousands of tracks: get a sound copy"
_ENCRYPTION_KEY = "enc_key_id"


def check_is_file(path: str | Path) -> Path:
    """The path of an existing, readable, non-empty regular file; VideoError otherwise."""
    path = Path(path)
    try:
        if path.is_dir():
            raise VideoError(f"{path} is a folder, not a video: give the path of a file in it")
        if not path.exists():
            raise VideoError(f"there is no file {path}: check the path")
        if not path.is_file():
            raise VideoError(f"{path} is not a regular file: copy the video to a file first")
        if path.stat().st_size == 0:
            raise VideoError(f"{path} is empty (0 bytes): copy or download it again")
        with path.open("rb"):
            pass
    except OSError as error:
        raise VideoError(f"{path} cannot be read ({error.strerror}): check its permissions") from error
    return path


@contextmanager
def open_video(
    path: str | Path, num_threads: int = 0, *, paints_over: bool = False
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The open container and the picture stream that a player would show; closed afterwards.

    `num_threads` decoder threads, 0 for as many as there are cores. The decoder stops at a damaged packet with an
    error, unless it `paints_over` the damage. Raises VideoError where there is no such stream.
    """
    path = check_is_file(path)
    film = film_in_picture(path)
    # "file:" keeps a colon in a file's name from being read as a protocol, the list keeps playlists from reaching
    # out to other files and hosts.
    address = f"subfile,,start,{film[1]},end,{film[2]},,:file:{path}" if film else f"file:{path}"
    try:
        container = av.open(
            address,
            options={
                "protocol_whitelist": "file,subfile" if film else "file",
                "format_whitelist": _readable_formats(),
                "pattern_type": "none",
            },
            metadata_errors="replace",  # titles come in every encoding
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        cause = _TOO_LARGE if isinstance(error, MemoryError) else why_unreadable(path)
        raise VideoError(
            f"{path} {cause}"
            if cause
            else f"{path} is not a video that FFmpeg can read ({_reason(error)}): convert it or download it again"
        ) from error
    with container:
        stream = next(iter(picture_streams(container)), None)
        if stream is None:
            kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
            unknown = any(not stream.codec_context for stream in container.streams.video)
            held = f"{kinds} of a codec that this FFmpeg has no decoder for" if unknown else kinds
            cause = (
                why_unreadable(path) or f"has no picture stream that can be decoded (it holds {held}): convert it first"
            )
            raise VideoError(f"{path} {cause}")
        if _ENCRYPTION_KEY in stream.metadata:  # WebM's own encryption; that of MP4 is told with each packet
            raise VideoError(f"{path} {why_unreadable(path, num_encrypted=1)}")
        stream.thread_count = num_threads
        stream.thread_type = "NONE" if num_threads == 1 else "AUTO"
        if not paints_over:
            stream.codec_context.options = {"err_detect": "explode"}
        yield container, stream


def picture_streams(container: InputContainer) -> list[VideoStream]:
    """The picture streams that can be decoded, the one that a player shows first; covers and thumbnails do not count.

    A player shows the first of those that are marked as default, else the first of all; of a sequence of pictures
    (AVIF, HEIF), which holds one of them as a still as well, the sequence.
    """
    marks = av.stream.Disposition
    no_film = marks.attached_pic | marks.timed_thumbnails | marks.still_image
    streams = [
        stream for stream in container.streams.video if stream.codec_context and not stream.disposition & no_film
    ]
    is_sequence = container.metadata.get("major_brand") in _SEQUENCES
    return sorted(
        streams,
        key=lambda stream: (
            is_sequence and stream.frames == 1,
            not stream.disposition & marks.default,
            stream.index,
        ),
    )


@lru_cache(maxsize=1)
def _readable_formats() -> str:
    """The names of all readers that may be tried, as FFmpeg takes them."""
    return ",".join(sorted(av.formats_available - _REFUSED_FORMATS))


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).splitlines()[0]
