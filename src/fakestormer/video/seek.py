"""Frames by their index, in any order, each equal to the one that reading from the start gives.

Seeking is not innocent. Some decoders need what stood in the first packet (H.264 in 4:4:4 by older x264, as in
FaceForensics++: without the encoder's note every picture is rubbish, and nothing says so), and an index is a place in
presentation order, which a container does not store. So the packets are listed first, the decoder is shown the first
picture before it jumps, and what comes out after a jump must be, stamp for stamp, what the list foretells. Wherever
that fails, the list leaves a doubt, or nobody knows whether the file is sound, it is read from its start instead.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fakestormer.types import Frame, QualityCode, VideoDamage, VideoError
from fakestormer.video.container import open_video
from fakestormer.video.decode import VideoReader
from fakestormer.video.geometry import Geometry
from fakestormer.video.packet_table import PacketTable
from fakestormer.video.packets import PictureDecoder
from fakestormer.video.truncation import breaks_off
from fakestormer.video.upright import Upright

# Where one packet is one frame and a jump lands where it should. Elsewhere (transport streams, AVI, VP8 with its
# hidden frames) the file is read from its start.
_CONTAINERS = frozenset({"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"})
_CODECS = frozenset({"av1", "ffv1", "h264", "hevc", "mjpeg", "mpeg4", "prores", "vp9"})


class _NotTrustedError(Exception):
    """Seeking in this file cannot be trusted."""


@dataclass(frozen=True, slots=True)
class _PacketList:
    """All packets of a sound file: their stamps in file order and in order, the places of key pictures in the file."""

    stamps: tuple[int, ...]
    presented: tuple[int, ...]
    keys: tuple[int, ...]

    def key_for(self, stamp: int) -> int:
        """The place of the last key picture that is presented at or before `stamp`."""
        return max((place for place in self.keys if self.stamps[place] <= stamp), key=self.stamps.__getitem__)


def stream_frames_at(
    path: str | Path, indices: Sequence[int], max_size: int | None = None, *, like: VideoReader | None = None
) -> Iterator[Frame]:
    """The frames with these indices, each once and in order, with the times and pixels that a VideoReader gives.

    `like` is a finished reader of the same file. Only a file that is known to be sound is jumped about in: one lost
    frame, anywhere before, and every later index means another frame. Without it, or where seeking cannot be trusted
    for another reason, the file is read from its start up to the last of the frames. Raises VideoError for a file
    without a decodable frame and for an index that it does not have.
    """
    if not indices:
        return
    if min(indices) < 0:
        raise VideoError(f"frame {min(indices)} of {path} does not exist: frames are counted from 0")
    wanted = sorted(set(indices))
    num_given = 0
    try:
        if like is None or like.num_frames == 0 or like.damage != VideoDamage():
            raise _NotTrustedError
        for frame in _jump_to_frames(path, wanted, max_size, like):
            num_given += 1
            yield frame
    except _NotTrustedError:
        yield from _read_frames(path, wanted[num_given:], max_size, like)


def _read_frames(
    path: str | Path, wanted: Sequence[int], max_size: int | None, like: VideoReader | None
) -> Iterator[Frame]:
    """The wanted frames, read from the start up to the last of them."""
    num_threads = like.num_threads if like else 0
    reader = VideoReader(
        path, max_size=max_size, wanted=frozenset(wanted).__contains__, like=like, num_threads=num_threads
    )
    for frame in reader:
        yield frame
        if frame.index == wanted[-1]:
            return
    raise VideoError(f"frame {wanted[-1]} of {path} does not exist: it has {reader.num_frames} frames")


def _jump_to_frames(
    path: str | Path, wanted: Sequence[int], max_size: int | None, like: VideoReader
) -> Iterator[Frame]:
    """The wanted frames in increasing order, by jumping to key pictures; _NotTrustedError at the first doubt."""
    changes = {QualityCode.PICTURE_CHANGES, QualityCode.TIME_JUMPS} & {note.code for note in like.info.notes}
    if changes or breaks_off(path):
        raise _NotTrustedError
    upright = Upright(max_size, like.is_interlaced)
    try:
        with open_video(path, like.num_threads) as (container, stream):
            packets = _trusted_list(container, stream, like.table)
            yield from _jump(container, stream, packets, wanted, (upright, like.table))
    except (av.FFmpegError, OSError) as error:
        raise _NotTrustedError from error


def _trusted_list(container: InputContainer, stream: VideoStream, table: PacketTable) -> _PacketList:
    """The list of packets, where it tells beyond doubt which frame has which index."""
    if container.format.name not in _CONTAINERS or stream.codec_context.codec.canonical_name not in _CODECS:
        raise _NotTrustedError
    stamps, keys = table.stamps.tolist(), table.keys.tolist()
    presented = sorted(stamps)
    ambiguous = any(later == earlier for earlier, later in itertools.pairwise(presented))
    if not table.is_exact or ambiguous or not keys or keys[0] != 0 or stamps[0] != presented[0]:
        raise _NotTrustedError
    return _PacketList(tuple(stamps), tuple(presented), tuple(keys))


def _jump(
    container: InputContainer,
    stream: VideoStream,
    packets: _PacketList,
    wanted: Sequence[int],
    shown: tuple[Upright, PacketTable],
) -> Iterator[Frame]:
    upright, table = shown
    if wanted[-1] >= len(packets.presented):
        raise _NotTrustedError
    decoder = PictureDecoder(stream)
    first = next(_decode(container, stream, decoder), None)
    if first is None or first.pts != packets.presented[0] or stream.time_base != table.tick:
        raise _NotTrustedError
    geometry = Geometry.of(first)
    for key, indices in itertools.groupby(wanted, lambda index: packets.key_for(packets.presented[index])):
        remaining = list(indices)
        for index, picture in _decode_from(container, stream, packets, (key, decoder)):
            if Geometry.of(picture) != geometry:
                raise _NotTrustedError
            if index == remaining[0]:
                time = max(0.0, float(packets.presented[index] * table.tick - table.zero))
                yield Frame(index, time, upright.image(picture, geometry), upright.scale(geometry))
                remaining.pop(0)
                if not remaining:
                    break
        if remaining:
            raise _NotTrustedError


def _decode(container: InputContainer, stream: VideoStream, decoder: PictureDecoder) -> Iterator[VideoFrame]:
    for packet in container.demux(stream):
        yield from decoder.decode(packet)


def _decode_from(
    container: InputContainer, stream: VideoStream, packets: _PacketList, start: tuple[int, PictureDecoder]
) -> Iterator[tuple[int, VideoFrame]]:
    """Pictures with their indices from the key picture at place `key` on, each checked against the list."""
    key, decoder = start
    key_stamp = packets.stamps[key]
    index = bisect.bisect_left(packets.presented, key_stamp)
    container.seek(key_stamp, stream=stream)
    place = -1
    for packet in container.demux(stream):
        if place < 0:
            place = next((place for place in packets.keys if packets.stamps[place] == packet.pts), key + 1)
            if place > key:
                raise _NotTrustedError
        if packet.size:
            if place >= len(packets.stamps) or packet.pts != packets.stamps[place]:
                raise _NotTrustedError
            place += 1
        for picture in decoder.decode(packet):
            if picture.pts is not None and picture.pts < key_stamp:
                continue  # of the group before, or without their reference: nobody asked for them
            if picture.is_corrupt or index >= len(packets.presented) or picture.pts != packets.presented[index]:
                raise _NotTrustedError
            yield index, picture
            index += 1
