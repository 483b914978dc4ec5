"""A video becomes a copy of itself with something drawn on every frame: same times, upright, with its sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.reformatter import ColorRange, VideoReformatter
from av.video.stream import VideoStream
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.files import write_aside
from fakestormer.types import Frame, VideoError
from fakestormer.video.container import open_video
from fakestormer.video.custody import in_custody
from fakestormer.video.decode import VideoReader
from fakestormer.video.packet_table import PacketTable
from fakestormer.video.write import BT601, REPEATABLE, TICKS, encoder_refusals, fit, halve_colour

_OPTIONS: Final = {"crf": "20", "preset": "veryfast"} | REPEATABLE
_LONGEST_SILENCE: Final = 10  # seconds without a packet, in a file whose clock is known to jump

Draw = Callable[[Frame], UInt8[ndarray, "height width 3"]]


def write_drawn(source: str | Path, target: str | Path, draw: Draw) -> bool:
    """Writes `draw` of every frame as an MP4 file (H.264); True where the sound could be copied or there is none.

    Frames keep their times, also where the rate varies, and stand upright with square pixels in the file; an odd last
    row or column is repeated once, and frames of another size than the first are fitted into its. The first sound
    stream is copied as it is, where MP4 takes its kind. One frame is held at a time.

    Raises VideoError where the source is no readable video, changes meanwhile or is the target itself, DataError
    where the target is no place to write to; nothing is left behind then, and an earlier file of that name stays.
    """
    source, target = Path(source), Path(target)
    reader = VideoReader(source)
    refuse_overwriting(source, target)
    with in_custody(source) as custody, write_aside(target) as aside, encoder_refusals(target):
        copied = _write(source, aside, reader, draw)
        custody.check()
    return copied


def refuse_overwriting(source: Path, target: Path) -> None:
    """VideoError where the target is the source itself, by whatever path."""
    if target.exists() and source.exists() and target.samefile(source):
        raise VideoError(f"{target} is the video itself and would be overwritten: choose another name")


def _write(source: Path, target: Path, reader: VideoReader, draw: Draw) -> bool:
    reformatter = VideoReformatter()
    rate = Fraction(reader.info.frame_rate).limit_denominator(1001)
    options = {"video_track_timescale": str(TICKS), "movflags": "faststart"}
    with ExitStack() as opened:
        original, _ = opened.enter_context(open_video(source))
        container = opened.enter_context(av.open(f"file:{target}", "w", format="mp4", options=options))
        stream: VideoStream | None = None
        sound: _Sound | None = None
        size: tuple[int, int] | None = None
        for frame in reader:
            drawn = draw(frame)
            size = size or (drawn.shape[1], drawn.shape[0])
            picture = halve_colour(fit(drawn, size), reformatter)
            picture.pts = round(Fraction(frame.time) * TICKS)
            picture.time_base, picture.duration = Fraction(1, TICKS), max(1, round(TICKS / rate))
            if stream is None:  # all streams must be there before the first packet
                stream = _add_pictures(container, picture.width, picture.height, rate)
                sound = _Sound(original, container, reader.table)
            container.mux(stream.encode(picture))
            assert sound is not None
            sound.copy_until(Fraction(frame.time))
        if stream is None or sound is None:
            return True
        container.mux(stream.encode(None))
        sound.copy_until(None)
        return sound.is_complete


def _add_pictures(container: OutputContainer, width: int, height: int, rate: Fraction) -> VideoStream:
    stream = container.add_stream("libx264", rate=rate)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.codec_context.time_base = Fraction(1, TICKS)
    stream.codec_context.colorspace, stream.codec_context.color_range = BT601, ColorRange.MPEG
    stream.options = dict(_OPTIONS)
    return stream


class _Sound:
    """The first sound stream of a file on its way into another, packet by packet as the pictures get there."""

    def __init__(self, source: InputContainer, target: OutputContainer, table: PacketTable) -> None:
        streams = source.streams.audio
        self._target, self._begin, self._jumps = target, table.begin, bool(table.jumps)
        self._last: Fraction | None = None
        self._stream: AudioStream | None = None
        self._packets: Iterator[Packet[AudioStream]] = iter(())
        self._waiting: Packet[AudioStream] | None = None
        self.is_complete = not streams
        if streams and streams[0].codec_context.codec.canonical_name in target.supported_codecs:
            self._stream = target.add_stream_from_template(streams[0])
            self._packets = iter(source.demux(streams[0]))
            self.is_complete = True

    def copy_until(self, time: Fraction | None) -> None:
        """Copies what is heard up to a time of the copy, or all that is left."""
        try:
            self._copy(time)
        except av.InvalidDataError:  # the file breaks off, or this packet is damaged: the pictures go on without
            self._packets, self._waiting, self.is_complete = iter(()), None, False

    def _copy(self, time: Fraction | None) -> None:
        while True:
            packet = self._waiting or next(self._packets, None)
            if packet is None:
                return
            self._waiting = packet
            if packet.dts is not None and packet.time_base is not None and self._stream is not None:
                self._close_jump(packet)
                if time is not None and packet.dts * packet.time_base - self._begin > time:
                    return
                self._last = packet.dts * packet.time_base
                shift = round(self._begin / packet.time_base)
                packet.dts -= shift
                packet.pts = packet.dts if packet.pts is None else packet.pts - shift
                packet.stream = self._stream
                self._target.mux(packet)
            self._waiting = None

    def _close_jump(self, packet: Packet[AudioStream]) -> None:
        """Lets sound go on where it had come to, where the clock of the file jumps as that of its pictures does."""
        assert packet.dts is not None
        moment = packet.dts * packet.time_base
        if self._jumps and self._last is not None and not 0 < moment - self._last < _LONGEST_SILENCE:
            self._begin += moment - self._last - (packet.duration or 1) * packet.time_base
            self._last = None
