"""Packets in, raw pictures out: every decodable picture once, in presentation order, the damaged ones counted.

Threads decode several pictures at once, which nearly halves the time. Where a packet is damaged, though, what they
paint over the hole depends on who came first. So threads work until the first sign of damage; from there on the file
is decoded again by one thread, and the pictures that were already given are not given again. A picture that refers to
a damaged one can be presented before it, by at most the decoder's reordering depth: so many are held back.
"""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fakestormer.types import VideoDamage
from fakestormer.video.container import open_video
from fakestormer.video.truncation import breaks_off


@dataclass(slots=True)
class DamageCount:
    """Damage as it is met; `value` is what has been seen so far."""

    num_corrupt_packets: int = 0
    truncated: bool = False

    @property
    def value(self) -> VideoDamage:
        """The damage so far, frozen."""
        return VideoDamage(self.num_corrupt_packets, self.truncated)


class _DamageMetError(Exception):
    """Threads met a damaged packet: one thread has to take over."""


def decode_pictures(path: str | Path, damage: DamageCount) -> Iterator[VideoFrame]:
    """All decodable pictures of the file in presentation order; the same ones in every run, damaged files included.

    Pictures of damaged packets are left out and counted in `damage`, which is complete when the iteration is. Raises
    VideoError where the file cannot be opened or holds no picture stream.
    """
    num_given = 0
    damage.truncated = breaks_off(path)
    with contextlib.suppress(_DamageMetError):
        for picture in _decode_while_sound(path):
            num_given += 1
            yield picture
        return
    yield from itertools.islice(_decode_all(path, damage), num_given, None)


def _decode_while_sound(path: str | Path) -> Iterator[VideoFrame]:
    """Pictures by many threads, as long as nothing is damaged; _DamageMetError before any doubtful one is given."""
    held: deque[VideoFrame] = deque()
    with open_video(path) as (container, stream):
        try:
            for packet in container.demux(stream):
                if packet.is_corrupt:
                    raise _DamageMetError
                pictures = decode_packet(stream, packet)
                if any(picture.is_corrupt for picture in pictures):
                    raise _DamageMetError
                held.extend(pictures)
                while len(held) > stream.codec_context.reorder_depth:
                    yield held.popleft()
        except av.FFmpegError as error:
            raise _DamageMetError from error
    yield from held


def _decode_all(path: str | Path, damage: DamageCount) -> Iterator[VideoFrame]:
    """Pictures by one thread, damaged packets left out and counted."""
    with open_video(path, num_threads=1) as (container, stream):
        for packet in _follow_packets(container, stream, damage):
            try:
                pictures = [] if packet is not None and packet.is_corrupt else decode_packet(stream, packet)
                num_lost = int(packet is not None and packet.is_corrupt)
            except av.FFmpegError:
                pictures, num_lost = [], 1
            sound = [picture for picture in pictures if not picture.is_corrupt]
            damage.num_corrupt_packets += num_lost + len(pictures) - len(sound)
            yield from sound


def _follow_packets(
    container: InputContainer, stream: VideoStream, damage: DamageCount
) -> Iterator[Packet[VideoStream] | None]:
    """The packets of the stream and None at the end, also where the container cannot be followed any further."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except av.FFmpegError:
        damage.truncated = True
    yield None


def decode_packet(stream: VideoStream, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
    """The pictures that became ready with this packet, stamped in the stream's time base.

    None or an empty packet gets out the last ones.
    """
    try:
        pictures = stream.codec_context.decode(packet if packet is not None and packet.size else None)
    except av.EOFError:
        return []
    if stream.time_base is not None:
        for picture in pictures:
            picture.time_base = stream.time_base  # PyAV forgets it for the last ones
    return pictures
