"""What a video file says about itself, without decoding more of it than its first picture."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fakestormer.types import QualityCode, QualityNote, VideoError, VideoInfo
from fakestormer.video.boxes import film_in_picture, top_boxes
from fakestormer.video.container import open_video, picture_streams
from fakestormer.video.geometry import Geometry
from fakestormer.video.light import light_notes, light_of
from fakestormer.video.packet_table import PacketTable, list_packets
from fakestormer.video.packets import DamageCount, decode_pictures
from fakestormer.video.refusal import why_unreadable

_FALLBACK_RATE = 25.0
_MAX_RATE = 1000.0  # more is a time base, not a frame rate
_LATE = 0.1  # seconds
_MOST_NAMED = 5  # tracks


@dataclass(frozen=True, slots=True)
class Probed:
    """The facts of a file, the list of packets that they rest on, and whether it says that it is interlaced."""

    info: VideoInfo
    table: PacketTable
    is_interlaced: bool


_HIDDEN: Final = "has an edit list that hides every picture, so that players show nothing: remove the edit list"


def probe_video(path: str | Path) -> VideoInfo:
    """The facts of the file's picture stream; its first frame is decoded to see that there is one.

    Raises VideoError where the file is missing, a folder, empty, unreadable, no media, without a picture stream or
    without a single decodable frame.
    """
    return probe(path).info


def probe(path: str | Path) -> Probed:
    """The facts of the file and its packets; raises as `probe_video`."""
    picture = first_picture(path)
    geometry = Geometry.of(picture)
    table = list_packets(path)
    with open_video(path) as (container, stream):
        header = _header_rate(stream)
        rate = table.frame_rate(header) or _FALLBACK_RATE
        start = _start(picture, table)
        width, height = geometry.shown
        return Probed(
            VideoInfo(
                path=str(path),
                width=width,
                height=height,
                frame_rate=rate,
                duration=_end(start, table, rate),
                codec=stream.codec_context.codec.canonical_name,
                pixel_format=picture.format.name,
                rotation=geometry.rotation,
                bit_rate=8 * table.num_bytes * rate / table.num_pictures if table.num_pictures else None,
                start=start,
                pixel_aspect=float(geometry.pixel_aspect),
                notes=(
                    *_rate_notes(header, rate, table),
                    *_start_notes(start),
                    *_shape_notes(geometry),
                    *light_notes(filter(None, [light_of(picture)])),
                    *_other_notes(Path(path), container),
                ),
            ),
            table,
            bool(picture.interlaced_frame),
        )


def first_picture(path: str | Path) -> VideoFrame:
    """The first decodable picture of the file; VideoError where there is none."""
    damage = DamageCount()
    for picture in decode_pictures(path, damage):
        return picture
    cause = why_unreadable(Path(path), damage.num_encrypted_packets) or (_HIDDEN if _hides_all(path) else None)
    raise VideoError(
        f"{path} {cause or 'contains no decodable frame, it is damaged or truncated: get a complete copy'}"
    )


def _hides_all(path: str | Path) -> bool:
    """Whether the file has pictures, and its edit list shows none of them."""
    with open_video(path, num_threads=1) as (container, stream), suppress(av.FFmpegError):
        hidden = [packet.is_discard for packet in container.demux(stream) if packet.size]
        return bool(hidden) and all(hidden)
    return False


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


def _header_rate(stream: VideoStream) -> float | None:
    """What the header says of the rate, whether or not it is true."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate <= _MAX_RATE:
            return float(rate)
    return None


def _start(picture: VideoFrame, table: PacketTable) -> float:
    """When the first picture is shown, in seconds after the file's start."""
    stamp = picture.pts if picture.pts is not None else picture.dts
    return 0.0 if stamp is None else float(max(Fraction(0), stamp * table.tick - table.zero))


def _end(start: float, table: PacketTable, rate: float) -> float | None:
    """When the last picture is over; a picture before a jump, like the last, is shown for one frame."""
    if not len(table.stamps):
        return None
    return float(Fraction(start) + table.lasts + (1 + len(table.jumps)) / Fraction(rate))


def _rate_notes(header: float | None, rate: float, table: PacketTable) -> tuple[QualityNote, ...]:
    """That the header lies about the rate; one that is lower because it counts pauses in does not."""
    if header is None or header == rate or (header < rate and table.has_pauses):
        return ()
    return (QualityNote(QualityCode.HEADER_RATE, header, low=rate, high=rate),)


def _start_notes(start: float) -> tuple[QualityNote, ...]:
    return (QualityNote(QualityCode.LATE_START, start, high=_LATE),) if start > _LATE else ()


def _shape_notes(geometry: Geometry) -> tuple[QualityNote, ...]:
    aspect = float(geometry.pixel_aspect)
    stored = f"{geometry.width} x {geometry.height}"
    return (
        () if aspect == 1 else (QualityNote(QualityCode.PIXELS_NOT_SQUARE, aspect, low=1.0, high=1.0, detail=stored),)
    )


def _other_notes(path: Path, container: InputContainer) -> tuple[QualityNote, ...]:
    """What the file holds besides the stream that was examined."""
    notes = []
    others = picture_streams(container)[1:]
    num_behind = [name for name, _, _ in top_boxes(path)].count(b"moov") - 1
    if others or num_behind > 0:
        named = [
            f"track {one.index + 1} ({one.codec_context.codec.canonical_name}, {one.width} x {one.height})"
            for one in others
        ]
        more = [f"{len(named) - _MOST_NAMED} more"] if len(named) > _MOST_NAMED else []
        behind = ["another film behind the first"] if num_behind > 0 else []
        named = [*named[:_MOST_NAMED], *more, *behind]
        notes.append(
            QualityNote(QualityCode.OTHER_TRACKS, float(len(others) + len(behind)), high=0.0, detail=", ".join(named))
        )
    film = film_in_picture(path)
    if film:
        notes.append(QualityNote(QualityCode.FILM_IN_PICTURE, 1.0, high=0.0, detail=film[0]))
    return tuple(notes)
