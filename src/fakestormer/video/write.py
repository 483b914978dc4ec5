"""Images become an H.264 file that every player opens."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.files import write_aside
from fakestormer.types import VideoError

BT601 = 6  # SMPTE 170M: the matrix that swscale uses, said aloud so that players do not guess BT.709 for large frames
# A multiple of the clocks in use (24, 25, 30, 50 and 60 frames a second and their 1000/1001, 90 kHz, milliseconds,
# FFmpeg's 12800 and 15360), so that a copy's times are the original's to the last bit.
TICKS = 5_760_000
# x264's macroblock tree reads memory that nobody wrote where a CPU has AVX-512 (seen with x264 165 of PyAV's wheels):
# the same pictures do not always come back the same (tests/unit/video/test_recode.py). Without it they do.
REPEATABLE = {"x264-params": "mbtree=0"}


def write_video(
    path: str | Path, images: Iterable[UInt8[ndarray, "height width 3"]], frame_rate: float, crf: int = 18
) -> None:
    """Writes RGB images as an MP4 file (H.264, yuv420p) at `frame_rate` frames a second.

    H.264 with halved colour needs even sizes: an odd last row or column is repeated once. `crf` is x264's quality, 0
    (lossless luma) to 51. Raises VideoError for no images, images of several sizes or a place that cannot be written,
    ValueError for a frame rate that is not positive.
    """
    if not frame_rate > 0:
        raise ValueError(f"frame_rate must be positive, got {frame_rate}")
    remaining = iter(images)
    first = next(remaining, None)
    if first is None:
        raise VideoError(f"there are no images to write to {path}: give at least one")
    images = itertools.chain([first], remaining)
    with write_aside(path) as aside, encoder_refusals(path):
        _encode(aside, images, first.shape[0], first.shape[1], frame_rate, crf)


@contextmanager
def encoder_refusals(path: str | Path) -> Iterator[None]:
    """Whatever FFmpeg refuses inside becomes one sentence about the video that was to be written: VideoError."""
    try:
        yield
    except (av.FFmpegError, av.codec.codec.UnknownCodecError) as error:
        reason = getattr(error, "strerror", None) or f"there is no encoder {error}"
        raise VideoError(f"{path} cannot be written ({reason}): check folder and free space") from error


def halve_colour(image: UInt8[ndarray, "height width 3"], reformatter: VideoReformatter) -> VideoFrame:
    """The picture as yuv420p (BT.601, limited range); an odd last row or column is repeated once."""
    height, width = image.shape[:2]
    even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return reformatter.reformat(
        VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24"),
        format="yuv420p",
        interpolation=Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.BITEXACT,
        dst_colorspace=Colorspace.ITU601,
        dst_color_range=ColorRange.MPEG,
        threads=1,
    )


def fit(image: UInt8[ndarray, "height width 3"], size: tuple[int, int]) -> UInt8[ndarray, "new_height new_width 3"]:
    """The picture in a frame of that width and height: as large as it goes, in the middle, black beside it."""
    width, height = size
    if image.shape[:2] == (height, width):
        return image
    factor = min(width / image.shape[1], height / image.shape[0])
    inner = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    framed: UInt8[ndarray, "new_height new_width 3"] = np.zeros((height, width, 3), np.uint8)
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    framed[top : top + inner[1], left : left + inner[0]] = cv2.resize(image, inner, interpolation=kind)
    return framed


def _encode(
    path: Path,
    images: Iterable[UInt8[ndarray, "height width 3"]],
    height: int,
    width: int,
    frame_rate: float,
    crf: int,
) -> None:
    reformatter = VideoReformatter()
    with av.open(f"file:{path}", "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(frame_rate).limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = BT601, ColorRange.MPEG
        stream.options = {"crf": str(crf), "preset": "veryfast"} | REPEATABLE
        for place, image in enumerate(images):
            if image.shape != (height, width, 3):
                raise VideoError(
                    f"image {place} is {image.shape[1]} x {image.shape[0]} pixels, the first {width} x {height}: "
                    "a video has one size"
                )
            container.mux(stream.encode(halve_colour(image, reformatter)))
        container.mux(stream.encode(None))
