"""A video file as a stream of frames as a player shows them, at constant memory however long it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from fakestormer.types import Frame, QualityCode, QualityNote, VideoDamage, VideoError
from fakestormer.video.clock import Clock
from fakestormer.video.combing import Combing
from fakestormer.video.geometry import Geometry
from fakestormer.video.light import light_notes
from fakestormer.video.packet_table import PacketTable
from fakestormer.video.packets import DamageCount, decode_pictures
from fakestormer.video.probe import probe
from fakestormer.video.upright import Upright

_LOOK_EVERY = 4  # frames, where all are asked for
_MOST_SIZES = 6


class VideoReader:
    """Iterates over the frames of a video in presentation order; each iteration starts again at the beginning.

    Each frame has its own size: a stream may change it. `info` holds the facts of the file; when an iteration is over,
    its notes and duration are those of all that was read, `damage` says what could not be decoded, `num_frames` how
    many frames could, and `duration` when the last one ends, in seconds on a player's clock. `is_interlaced`: pictures
    are made of two fields. Then frames are made of one field each; where the file does not say so itself, it is known
    when an iteration is over, and holds for readers that are made `like` this one.

    Args:
        path: the video.
        max_size: images are reduced so that their long side has at most that many pixels; a frame's `scale` says how
            much.
        wanted: names the indices to convert and yield; all are decoded and counted.
        like: a reader of the same file, whose findings are taken over, so that the file is not searched again.
        num_threads: of the decoder; 0 for as many as there are cores. Frames do not depend on it.

    Raises:
        VideoError: the file contains no decodable frame; already when the reader is made.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        max_size: int | None = None,
        wanted: Callable[[int], bool] | None = None,
        like: VideoReader | None = None,
        num_threads: int = 0,
    ) -> None:
        if max_size is not None and max_size < 1:
            raise ValueError(f"max_size counts pixels, at least 1, got {max_size}")
        if like is None:
            probed = probe(path)
            self.info, self.table, self.is_interlaced = probed.info, probed.table, probed.is_interlaced
        else:
            self.info, self.table, self.is_interlaced = like.info, like.table, like.is_interlaced
        self.num_threads = num_threads
        self.damage = VideoDamage()
        self.num_frames = 0
        self.duration = 0.0
        self._path = path
        self._max_size = max_size
        self._wanted = wanted
        self._searches = like is None
        self._one_field = self.is_interlaced

    def __iter__(self) -> Iterator[Frame]:
        self.num_frames, self.duration, self.damage = 0, 0.0, VideoDamage()
        state = _Pass(self.table, self.info.frame_rate, Upright(self._max_size, self._one_field))
        damage = DamageCount()
        for picture in decode_pictures(self._path, damage, self.num_threads):
            index, time = self.num_frames, state.clock.read(picture)
            geometry = state.enter(Geometry.of(picture))
            self.num_frames, self.duration, self.damage = index + 1, time + 1 / self.info.frame_rate, damage.value
            if self._wanted is None or self._wanted(index):
                if self._searches and (self._wanted is not None or index % _LOOK_EVERY == 0):
                    state.combing.look(picture)
                image = state.upright.image(picture, geometry)
                yield Frame(index, time, image, state.upright.scale(geometry), state.part)
        self.damage = damage.value
        if self.num_frames == 0:
            raise VideoError(
                f"{self._path} contains no decodable frame, it is damaged or truncated: get a complete copy"
            )
        self.is_interlaced |= state.combing.found
        notes = {note.code: note for note in (*self.info.notes, *state.notes(self.is_interlaced))}
        self.info = replace(self.info, duration=self.duration, notes=tuple(notes.values()))


class _Pass:
    """What one iteration has come upon so far."""

    def __init__(self, table: PacketTable, frame_rate: float, upright: Upright) -> None:
        self.clock = Clock(table, frame_rate)
        self.combing = Combing()
        self.upright = upright
        self._geometries: list[Geometry] = []

    @property
    def part(self) -> int:
        """How often the picture has changed its shape or the clock has jumped."""
        return max(0, len(self._geometries) - 1) + self.clock.num_jumps

    def enter(self, geometry: Geometry) -> Geometry:
        """The geometry of the next picture, noted where it differs from the last one's."""
        if not self._geometries or self._geometries[-1] != geometry:
            self._geometries.append(geometry)
        return self._geometries[-1]

    def notes(self, is_interlaced: bool) -> tuple[QualityNote, ...]:
        """What the reader of a result must know."""
        notes, sizes = [], dict.fromkeys("{} x {}".format(*one.shown) for one in self._geometries)
        if self.clock.num_jumps:
            notes.append(QualityNote(QualityCode.TIME_JUMPS, float(self.clock.num_jumps), high=0.0))
        if len(self._geometries) > 1:
            count = float(len(self._geometries) - 1)
            notes.append(
                QualityNote(QualityCode.PICTURE_CHANGES, count, high=0.0, detail=", ".join([*sizes][:_MOST_SIZES]))
            )
        if is_interlaced:
            notes.append(QualityNote(QualityCode.INTERLACED, self.combing.share, high=0.0))
        if self.upright.transparent:
            notes.append(QualityNote(QualityCode.TRANSPARENT, 1.0))
        return (*notes, *light_notes(self.upright.lights))
