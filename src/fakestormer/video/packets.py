"""Packets in, raw pictures out: every decodable picture once, in presentation order, the damaged ones counted.

Threads decode several pictures at once, which nearly halves the time. Where a packet is damaged, though, what they
paint over the hole depends on who came first, and so does whether they say so. So threads are told to stop at damage
rather than to paint over it, and work until the first sign of it; from there on the file is decoded again by one
thread, and the pictures that were already given are not given again. A picture may refer to a damaged one that is
presented after it, so each is held back until all that were decoded before it are out.
"""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fakestormer.types import VideoDamage
from fakestormer.video.container import open_video
from fakestormer.video.matrix import settle_matrix
from fakestormer.video.truncation import breaks_off

_ALPHA_DECODERS: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
_MAX_HELD = 64  # no coding structure in use needs more, also not with the pictures that are still in the decoder


@dataclass(slots=True)
class DamageCount:
    """Damage as it is met; `value` is what has been seen so far."""

    num_corrupt_packets: int = 0
    truncated: bool = False
    num_encrypted_packets: int = 0

    @property
    def value(self) -> VideoDamage:
        """The damage so far, frozen."""
        return VideoDamage(self.num_corrupt_packets, self.truncated, self.num_encrypted_packets)


class _OneThreadError(Exception):
    """Threads met damage, or cannot tell when they have: one thread has to take over."""


def decode_pictures(path: str | Path, damage: DamageCount, num_threads: int = 0) -> Iterator[VideoFrame]:
    """All decodable pictures of the file in presentation order; the same ones in every run, damaged files included.

    Pictures of damaged packets are left out and counted in `damage`, which is complete when the iteration is. They do
    not depend on `num_threads` (0: as many as there are cores). Raises VideoError where the file cannot be opened or
    contains no picture stream, or pictures whose colours cannot be converted.
    """
    for picture in _decode(path, damage, num_threads):
        settle_matrix(path, picture)
        yield picture


def _decode(path: str | Path, damage: DamageCount, num_threads: int) -> Iterator[VideoFrame]:
    num_given = 0
    damage.truncated = breaks_off(path)
    with contextlib.suppress(_OneThreadError):
        for picture in _decode_while_sound(path, num_threads):
            num_given += 1
            yield picture
        return
    yield from itertools.islice(_decode_all(path, damage), num_given, None)


class _Held:
    """Pictures in presentation order, each kept until all that were decoded before it have come out.

    A picture has come out when one is presented whose stamp is not smaller. Nothing decoded after a key picture refers
    to what is presented later than it and was decoded before.
    """

    def __init__(self) -> None:
        self._latest_sent: int | None = None
        self._wait_for: dict[int, int] = {}
        self._pictures: deque[tuple[int, VideoFrame]] = deque()

    def send(self, packet: Packet[VideoStream]) -> None:
        """Notes a packet on its way into the decoder; _OneThreadError where it cannot be followed."""
        if is_encrypted(packet):
            raise _OneThreadError
        if packet.is_corrupt or packet.pts is None or max(len(self._pictures), len(self._wait_for)) > _MAX_HELD:
            raise _OneThreadError
        if packet.is_keyframe or self._latest_sent is None:
            self._latest_sent = packet.pts
        self._latest_sent = max(self._latest_sent, packet.pts)
        self._wait_for[packet.pts] = self._latest_sent

    def receive(self, picture: VideoFrame) -> Iterator[VideoFrame]:
        """The pictures that may go now that this one has come out; _OneThreadError where it is damaged."""
        if picture.is_corrupt or picture.pts is None or picture.pts not in self._wait_for:
            raise _OneThreadError
        self._pictures.append((self._wait_for[picture.pts], picture))
        self._wait_for = {stamp: wait for stamp, wait in self._wait_for.items() if stamp > picture.pts}
        while self._pictures and self._pictures[0][0] <= picture.pts:
            yield self._pictures.popleft()[1]

    def rest(self) -> Iterator[VideoFrame]:
        """The pictures that are still held, when no more can come."""
        return (picture for _, picture in self._pictures)


def _decode_while_sound(path: str | Path, num_threads: int) -> Iterator[VideoFrame]:
    """Pictures by many threads, as long as nothing is damaged; _OneThreadError before any doubtful one is given."""
    held = _Held()
    with open_video(path, num_threads) as (container, stream):
        decoder = PictureDecoder(stream)
        try:
            for packet in container.demux(stream):
                if packet.size:
                    held.send(packet)
                for picture in decoder.decode(packet):
                    yield from held.receive(picture)
        except av.FFmpegError as error:
            raise _OneThreadError from error
    yield from held.rest()


def _decode_all(path: str | Path, damage: DamageCount) -> Iterator[VideoFrame]:
    """Pictures by one thread, damaged and encrypted packets left out and counted."""
    with open_video(path, num_threads=1, paints_over=True) as (container, stream):
        decoder = PictureDecoder(stream)
        for packet in _follow_packets(container, stream, damage):
            if packet is not None and is_encrypted(packet):
                damage.num_encrypted_packets += 1
                continue
            try:
                pictures = [] if packet is not None and packet.is_corrupt else decoder.decode(packet)
                num_lost = int(packet is not None and packet.is_corrupt)
            except av.FFmpegError as error:
                if isinstance(error, MemoryError):  # no file is to blame for a picture for which there is no memory
                    raise
                pictures, num_lost = [], 1
            sound = [picture for picture in pictures if not picture.is_corrupt]
            damage.num_corrupt_packets += num_lost + len(pictures) - len(sound)
            yield from sound


def is_encrypted(packet: Packet[Any]) -> bool:
    """Whether the container says that the packet is encrypted."""
    return packet.has_sidedata("encryption_info")


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


class PictureDecoder:
    """Decodes the packets of an open file's picture stream.

    Pictures are stamped in the stream's time base and carry the aspect of their pixels in `opaque`: what the container
    says, and where it leaves that to the coded pictures, what they say; it may change in mid-stream.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._context = _alpha_decoder(stream) or stream.codec_context
        self._coded = stream.codec_context.sample_aspect_ratio
        said = stream.sample_aspect_ratio
        self._of_container = said if said and said != self._coded else None

    def decode(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        """The pictures that became ready with this packet; None or an empty packet gets out the last ones."""
        try:
            pictures = self._context.decode(packet if packet is not None and packet.size else None)
        except av.EOFError:
            return []
        for picture in pictures:
            if self._stream.time_base is not None:
                picture.time_base = self._stream.time_base  # PyAV forgets it for the last ones
            picture.opaque = self._of_container or self._context.sample_aspect_ratio or Fraction(1)
        return pictures


def _alpha_decoder(stream: VideoStream) -> VideoCodecContext | None:
    """A decoder that sees the transparency of a WebM video, where it has any: FFmpeg's own decoders do not."""
    name = _ALPHA_DECODERS.get(stream.codec_context.codec.canonical_name)
    told = {key.lower(): value for key, value in stream.metadata.items()}  # FFmpeg's own files shout
    if name is None or told.get("alpha_mode") != "1":
        return None
    context = cast("VideoCodecContext", av.CodecContext.create(name, "r"))
    context.width, context.height = stream.width, stream.height
    return context
