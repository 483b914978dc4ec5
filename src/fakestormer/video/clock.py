"""Presentation stamps become seconds on a player's clock."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

import numpy as np
from av.video.frame import VideoFrame
from jaxtyping import Int64
from numpy import ndarray

from fakestormer.video.packet_table import LONGEST_STEP_BACK, PacketTable

_SHORTEST_STEP = Fraction(1, 1000)  # second
_BACK_ON_TRACK = 1  # second: a clock that goes on within it where it had been before was only wrong for a while


class Clock:
    """Seconds since the file's start as a player counts them; strictly increasing.

    A picture without a timestamp comes one frame after the last; so does one whose timestamp is that of the last or
    slightly before it, but never later than half way to the next timestamp, so that times do not drift. Where the clock
    of the file jumps, time goes on by one frame, and `num_jumps` grows.
    """

    def __init__(self, table: PacketTable, frame_rate: float) -> None:
        self.num_jumps = 0
        self._table = table
        self._step = Fraction(1 / frame_rate)
        self._offsets = [-table.zero]  # the newest last
        self._last: Fraction | None = None
        self._last_stamp = 0

    def read(self, picture: VideoFrame) -> float:
        """The time of the next picture, in seconds."""
        stamp = picture.pts if picture.pts is not None else picture.dts
        self._last = self._time(None if picture.time_base is None else stamp)
        return float(self._last)

    def _time(self, stamp: int | None) -> Fraction:
        due = Fraction(0) if self._last is None else self._last + self._step
        if stamp is None:
            return due
        moment, last_stamp, self._last_stamp = stamp * self._table.tick, self._last_stamp, stamp
        time = moment + self._offsets[-1]
        if self._last is None:
            return max(Fraction(0), time)
        jumps = self._last - time > LONGEST_STEP_BACK or self._table.shows_jump(last_stamp, stamp)
        if not jumps:
            return time if float(time) > float(self._last) else self._between()
        self.num_jumps += 1
        before = [one for one in self._offsets[:-1] if 0 < moment + one - self._last <= _BACK_ON_TRACK]
        self._offsets = [*self._offsets[-3:], before[-1] if before else due - moment]
        return moment + self._offsets[-1]

    def _between(self) -> Fraction:
        """A moment after the last picture for one that has no moment of its own."""
        assert self._last is not None
        stamps, offset = self._sorted_stamps, self._offsets[-1]
        place = int(np.searchsorted(stamps, float((self._last - offset) / self._table.tick), side="right"))
        if place == len(stamps):
            return self._last + self._step
        room = int(stamps[place]) * self._table.tick + offset - self._last
        return self._last + min(self._step, max(room / 2, _SHORTEST_STEP))

    @cached_property
    def _sorted_stamps(self) -> Int64[ndarray, " packets"]:
        return np.sort(self._table.stamps)
