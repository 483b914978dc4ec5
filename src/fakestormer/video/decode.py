"""A video file as a stream of upright frames, at constant memory however long it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame

from fakestormer.types import Frame, VideoDamage, VideoError
from fakestormer.video.packets import DamageCount, decode_pictures
from fakestormer.video.probe import probe_video
from fakestormer.video.upright import Upright


class Clock:
    """Seconds since the first picture, from presentation timestamps; never runs backwards.

    A picture without a timestamp, or with one that does not come after the last, is one frame later than the last.
    """

    def __init__(self, frame_rate: float) -> None:
        self._step = Fraction(1 / frame_rate)
        self._start: Fraction | None = None
        self._last: Fraction | None = None

    def read(self, picture: VideoFrame) -> float:
        """The time of the next picture, in seconds."""
        stamp = picture.pts if picture.pts is not None else picture.dts
        stamped = None if stamp is None or picture.time_base is None else stamp * picture.time_base
        time = Fraction(0) if self._last is None else self._last + self._step
        if stamped is not None:
            if self._start is None:
                self._start = stamped - time
            if self._last is None or stamped - self._start > self._last:
                time = stamped - self._start
        self._last = time
        return float(time)


class VideoReader:
    """Iterates over the frames of a video in presentation order; each iteration starts again at the beginning.

    `max_size` reduces images so that their long side has at most that many pixels; `wanted` names the indices to
    convert and yield (all are decoded and counted). All images have the size of the first, also where the stream
    changes its size.

    `info` holds the facts of the file and `scale` how many frame pixels one pixel of an image spans (at least 1).
    When an iteration is over, `damage` says what could not be decoded, `num_frames` how many frames could, and
    `duration` how long they last in seconds (the last frame's time and one frame more).

    Raises VideoError, already when it is made, for a file without a decodable frame.
    """

    def __init__(
        self, path: str | Path, *, max_size: int | None = None, wanted: Callable[[int], bool] | None = None
    ) -> None:
        if max_size is not None and max_size < 1:
            raise ValueError(f"max_size counts pixels, at least 1, got {max_size}")
        self.info = probe_video(path)
        self.scale = max(1.0, max(self.info.width, self.info.height) / max_size) if max_size else 1.0
        self.damage = VideoDamage()
        self.num_frames = 0
        self.duration = 0.0
        self._path = path
        self._max_size = max_size
        self._wanted = wanted

    def __iter__(self) -> Iterator[Frame]:
        self.num_frames, self.duration, self.damage = 0, 0.0, VideoDamage()
        clock = Clock(self.info.frame_rate)
        damage = DamageCount()
        upright: Upright | None = None
        for picture in decode_pictures(self._path, damage):
            upright = upright or Upright(picture, self._max_size)
            index, time = self.num_frames, clock.read(picture)
            self.num_frames, self.duration, self.damage = index + 1, time + 1 / self.info.frame_rate, damage.value
            if self._wanted is None or self._wanted(index):
                yield Frame(index, time, upright.image(picture))
        self.damage = damage.value
        if self.num_frames == 0:
            raise VideoError(f"{self._path} holds no decodable frame: the file is damaged or cut, get a complete copy")
