"""A video becomes a distorted copy of itself, frame by frame, so that whatever reads videos can be tried on it.

Distortions of the picture are stored without loss (H.264 with RGB and a quantiser of 0), so that what the protocol
asks for is all that happens: reading the copy gives exactly the distorted pictures. Where the codec is the distortion,
its pictures are encoded once, as yuv420p.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter
from av.video.stream import VideoStream

from fakestormer.files import write_aside
from fakestormer.video.decode import VideoReader
from fakestormer.video.distortion import Distortion
from fakestormer.video.perturb import perturb
from fakestormer.video.write import BT601, REPEATABLE, TICKS, encoder_refusals, fit, halve_colour

# The bytes of x264 depend on the number of its threads, so it is not left to the machine.
_LOSSLESS: Final = {"qp": "0", "preset": "ultrafast", "threads": "4"}
_LOSSY: Final = {"preset": "medium", "threads": "4"} | REPEATABLE


def write_distorted(source: str | Path, target: str | Path, distortion: Distortion, rng: np.random.Generator) -> None:
    """Writes the distorted copy of a video as an MP4 file; the same bytes for the same source, distortion and draws.

    Frames keep their number and times, and stand upright in the file. Sizes stay, but for the two platforms, and for
    `compression` of an odd size: there the last row or column is repeated once, as halved colour demands. Sound is
    left out, and so are frames that cannot be decoded. One frame is held at a time; the file is large (some 3 MB a
    frame of 1280 x 720 under noise).

    Raises VideoError where the source is no readable video or cannot be encoded, DataError where the target is no
    place to write to; nothing is left behind.
    """
    reader = VideoReader(source)
    with write_aside(target) as aside, encoder_refusals(target):
        _encode(aside, reader, distortion, rng)


def _encode(target: Path, reader: VideoReader, distortion: Distortion, rng: np.random.Generator) -> None:
    rate = Fraction(reader.info.frame_rate).limit_denominator(1001)
    tick, step = Fraction(1, TICKS), max(1, round(TICKS / rate))
    lossy = distortion.is_platform or distortion.kind == "compression"
    reformatter = VideoReformatter()
    with av.open(f"file:{target}", "w", format="mp4", options={"video_track_timescale": str(TICKS)}) as container:
        stream: VideoStream | None = None
        size: tuple[int, int] | None = None
        for frame in reader:
            size = size or (frame.image.shape[1], frame.image.shape[0])
            image = perturb(fit(frame.image, size), distortion, rng)
            picture = halve_colour(image, reformatter) if lossy else VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts, picture.time_base, picture.duration = round(frame.time * TICKS), tick, step
            if stream is None:
                stream = _add_stream(container, picture, rate, int(distortion.parameter) if lossy else None)
            container.mux(stream.encode(picture))
        if stream is not None:
            container.mux(stream.encode(None))


def _add_stream(container: OutputContainer, picture: VideoFrame, rate: Fraction, crf: int | None) -> VideoStream:
    """A stream for pictures like this one: x264 at the constant rate factor, without loss where that is None."""
    stream = container.add_stream("libx264rgb" if crf is None else "libx264", rate=rate)
    stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, picture.format.name
    stream.codec_context.time_base = Fraction(1, TICKS)
    if crf is None:
        stream.options = dict(_LOSSLESS)
    else:
        stream.codec_context.colorspace, stream.codec_context.color_range = BT601, ColorRange.MPEG
        stream.options = {"crf": str(crf), **_LOSSY}
    return stream
