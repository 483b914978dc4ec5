"""What a video file says about itself, without reading it through."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fakestormer.types import VideoError, VideoInfo
from fakestormer.video.container import open_video
from fakestormer.video.packets import DamageCount, decode_pictures
from fakestormer.video.upright import read_turn

_FALLBACK_RATE = 25.0
_MAX_RATE = 1000.0  # more is a time base, not a frame rate


def probe_video(path: str | Path) -> VideoInfo:
    """The facts of the file's picture stream; its first frame is decoded to see that there is one.

    Raises VideoError where the file is missing, a folder, empty, unreadable, no media, without a picture stream or
    without a single decodable frame.
    """
    picture = first_picture(path)
    rotation, _ = read_turn(picture)
    width, height = picture.width, picture.height
    if rotation in (90, 270):
        width, height = height, width
    with open_video(path) as (container, stream):
        return VideoInfo(
            path=str(path),
            width=width,
            height=height,
            frame_rate=_frame_rate(stream),
            duration=_duration(container, stream),
            codec=stream.codec_context.codec.canonical_name,
            pixel_format=picture.format.name,
            rotation=rotation,
            bit_rate=_bit_rate(Path(path), container, stream),
        )


def first_picture(path: str | Path) -> VideoFrame:
    """The first decodable picture of the file; VideoError where there is none."""
    for picture in decode_pictures(path, DamageCount()):
        return picture
    raise VideoError(f"{path} holds no decodable frame: the file is damaged or cut, get a complete copy")


def library_versions() -> tuple[tuple[str, str], ...]:
    """(name, version) of PyAV and of every FFmpeg library in it."""
    libraries = ((name, ".".join(map(str, version))) for name, version in sorted(av.library_versions.items()))
    return (("PyAV", av.__version__), ("FFmpeg", str(getattr(av, "ffmpeg_version_info", "unknown"))), *libraries)


def writes_h264() -> bool:
    """Whether this FFmpeg has the encoder that videos are written with; some builds leave it out."""
    try:
        av.codec.Codec("libx264", "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True


def decoder_version() -> str:
    """The versions of what decodes, for the record: "PyAV 18.1.0, FFmpeg libavcodec 62.28.102, ..."."""
    names = ("libavcodec", "libavformat", "libswscale")
    versions = dict(library_versions())
    parts = [f"{name} {versions[name]}" for name in names]
    return f"PyAV {av.__version__}, FFmpeg {', '.join(parts)}"


def _frame_rate(stream: VideoStream) -> float:
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate <= _MAX_RATE:
            return float(rate)
    return _FALLBACK_RATE


def _duration(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None:
        return container.duration / 1_000_000
    return None


def _bit_rate(path: Path, container: InputContainer, stream: VideoStream) -> float | None:
    """Bits a second of the picture stream, or of the whole file where the container does not say more."""
    for rate in (stream.codec_context.bit_rate, container.bit_rate):
        if rate:
            return float(rate)
    duration = _duration(container, stream)
    return 8 * path.stat().st_size / duration if duration else None
