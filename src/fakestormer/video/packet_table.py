"""All packets of the picture stream, listed without decoding: what their stamps and sizes say of the whole file.

A header says what a writer believed. What a player shows follows from the packets: how many pictures a second, when the
first one comes, where the clock jumps because recordings were joined.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream
from jaxtyping import Int64
from numpy import ndarray

from fakestormer.video.container import open_video
from fakestormer.video.packets import is_encrypted

# FFmpeg's own limit: in streams whose clock may jump (broadcast, joined recordings) what is longer is no pause.
# Elsewhere pictures may well stand still for minutes, but not for longer than anybody waits.
_LONGEST_BROADCAST_PAUSE: Final = 10.0  # seconds
_LONGEST_PAUSE: Final = 3600.0
_CLOCK_MAY_JUMP: Final = 0x0200  # AVFMT_TS_DISCONT
LONGEST_STEP_BACK: Final = 0.2  # a stamp that is less than this too early is a slip of the writer, and no jump
_NO_TIMES_SHOWN: Final = frozenset({"avi"})  # store decoding times alone; FFmpeg guesses when a picture is shown
_SHORTEST_PAUSE: Final = 1
_SAME_RATE: Final = 0.05  # a header that is off by less is believed: it is exact where stamps are rounded


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump of the clock: the decoding stamps before and after it, in ticks."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PacketTable:
    """The packets of a picture stream.

    `stamps` are presentation times in ticks of `tick` seconds, in file order (decoding times where there are no
    others); `keys` are the places of key pictures among them. `begin` is when the file begins on its own clock, in
    seconds. `zero` is what the clock of the file shows at a player's zero: `begin`, or later by what the decoder holds
    back where the presentation times were only guessed.
    `is_exact`: every packet has a presentation time, none is marked as corrupt or to be thrown away. `steps` are the
    ticks from each picture to the next, without those at `jumps`.
    """

    stamps: Int64[ndarray, " packets"]
    keys: Int64[ndarray, " keys"]
    tick: Fraction
    begin: Fraction
    zero: Fraction
    is_exact: bool
    num_bytes: int
    num_encrypted: int
    jumps: tuple[Jump, ...]
    steps: Int64[ndarray, " steps"]

    @property
    def num_pictures(self) -> int:
        """How many pictures the packets hold; packets that are never shown, as VP8 has them, share a stamp."""
        return len(self.steps) + 1 + len(self.jumps) if len(self.stamps) else 0

    def frame_rate(self, header: float | None) -> float | None:
        """Pictures a second, pauses apart; the header's number where it is nearly the same. None with one picture."""
        if not len(self.steps):
            return header
        moving = self.steps[self.steps <= self._pause]
        rate = float(len(moving) / (int(moving.sum()) * self.tick))
        return header if header and abs(header / rate - 1) <= _SAME_RATE else rate

    @property
    def has_pauses(self) -> bool:
        """Whether pictures stand still now and then, so that an average over all time says little."""
        return bool((self.steps > self._pause).any()) if len(self.steps) else False

    @property
    def _pause(self) -> float:
        return max(float(_SHORTEST_PAUSE / self.tick), 5 * float(np.median(self.steps)))

    @property
    def lasts(self) -> Fraction:
        """Seconds from the first picture to the last, jumps left out."""
        return int(self.steps.sum()) * self.tick

    def shows_jump(self, last: int, stamp: int) -> bool:
        """Whether the clock jumps forwards somewhere between two pictures that follow each other."""
        # Pictures are shown a little later than they are decoded: far less than half of such a jump.
        return any(one.before < one.after and last < (one.before + one.after) // 2 <= stamp for one in self.jumps)


def list_packets(path: str | Path) -> PacketTable:
    """The packets of the file's picture stream, as far as they can be read; VideoError where it has none."""
    with open_video(path, num_threads=1, paints_over=True) as (container, stream):
        listing = _Listing(_longest_pause(container))
        try:
            for packet in container.demux():
                if packet.size:
                    listing.add(packet, packet.stream_index == stream.index)
        except av.FFmpegError:
            pass  # decoding meets the same and tells
        return listing.finish(container, stream)


def _longest_pause(container: InputContainer) -> float:
    may_jump = container.format.flags & _CLOCK_MAY_JUMP
    return _LONGEST_BROADCAST_PAUSE if may_jump else _LONGEST_PAUSE


@dataclass(slots=True)
class _Listing:
    """The packets so far. `others` are the times of other streams' packets since the last picture packet."""

    longest_pause: float
    stamps: array[int] = field(default_factory=lambda: array("q"))
    keys: array[int] = field(default_factory=lambda: array("q"))
    starts: list[int] = field(default_factory=lambda: [0])  # where the clock has jumped
    jumps: list[Jump] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    is_exact: bool = True
    num_bytes: int = 0
    num_encrypted: int = 0
    last_decoded: int | None = None
    held_back: int = 0  # ticks, of the first picture

    def add(self, packet: Packet[Stream], is_picture: bool) -> None:
        """Takes in the next packet of the file."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        if not is_picture:
            if stamp is not None:
                self.others.append(float(stamp * packet.time_base))
            return
        self.is_exact &= packet.pts is not None and not packet.is_corrupt and not packet.is_discard
        self.num_bytes += packet.size
        self.num_encrypted += is_encrypted(packet)
        if stamp is None:
            return
        if packet.dts is not None and self.last_decoded is not None and self._jumps_to(packet.dts, packet.time_base):
            self.jumps.append(Jump(self.last_decoded, packet.dts))
            self.starts.append(len(self.stamps))
        if not self.stamps and packet.pts is not None and packet.dts is not None:
            self.held_back = packet.pts - packet.dts
        if packet.is_keyframe:
            self.keys.append(len(self.stamps))
        self.last_decoded = packet.dts if packet.dts is not None else self.last_decoded
        self.stamps.append(stamp)
        self.others.clear()

    def _jumps_to(self, decoded: int, tick: Fraction) -> bool:
        assert self.last_decoded is not None
        before, after = float(self.last_decoded * tick), float(decoded * tick)
        if after < before - LONGEST_STEP_BACK:
            return True
        # Where sound goes on meanwhile, pictures stand still. Near the ends nothing is proved: streams are interleaved.
        margin = (after - before) / 10
        goes_on = any(before + margin < time < after - margin for time in self.others)
        return after - before > self.longest_pause and not goes_on

    def finish(self, container: InputContainer, stream: VideoStream) -> PacketTable:
        """The table, when no more packets come."""
        stamps = np.array(self.stamps, np.int64)
        tick = stream.time_base or Fraction(1, 1_000_000)
        steps = [np.diff(np.unique(part)) for part in np.split(stamps, self.starts[1:])]
        first = Fraction(int(stamps[0])) * tick if len(stamps) else Fraction(0)
        begin = first if container.start_time is None else Fraction(container.start_time, 1_000_000)
        guessed = container.format.name in _NO_TIMES_SHOWN
        return PacketTable(
            stamps=stamps,
            keys=np.array(self.keys, np.int64),
            tick=tick,
            begin=begin,
            zero=begin + self.held_back * tick if guessed else begin,
            is_exact=self.is_exact,
            num_bytes=self.num_bytes,
            num_encrypted=self.num_encrypted,
            jumps=tuple(self.jumps),
            steps=np.concatenate(steps),
        )
