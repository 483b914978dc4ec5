"""Raw pictures of any format become RGB images as a player shows them, reduced on the way where that is asked for.

Upright, with square pixels, one field of two where they are interlaced, transparent parts on black, HDR as SDR.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.video.geometry import Geometry
from fakestormer.video.light import Light, light_of, to_sdr

# The same numbers on every processor, and colour interpolated up to full resolution.
_EXACT: Final = Interpolation.ACCURATE_RND | Interpolation.BITEXACT | Interpolation.FULL_CHR_H_INT


class Upright:
    """Makes images from pictures, each by its own size, reduced to `max_size` on its long side.

    `one_field` takes the upper field of every picture alone. `transparent` says whether any picture so far had parts
    that are not wholly opaque, `lights` which kinds of light beside SDR there were.
    """

    def __init__(self, max_size: int | None, one_field: bool = False) -> None:
        if max_size is not None and max_size < 1:
            raise ValueError(f"max_size counts pixels, at least 1, got {max_size}")
        self.transparent = False
        self.lights: dict[Light, None] = {}
        self._max_size = max_size
        self._one_field = one_field
        self._reformatter = VideoReformatter()
        self._field: tuple[tuple[object, ...], Graph] | None = None

    def scale(self, geometry: Geometry) -> float:
        """How many pixels of a frame one pixel of its image spans, at least 1."""
        return max(1.0, max(geometry.square) / self._max_size) if self._max_size else 1.0

    def image(self, picture: VideoFrame, geometry: Geometry) -> UInt8[ndarray, "height width 3"]:
        """The RGB image of a picture that lies so.

        Colour matrix and range are the picture's own; where the file names no matrix it is BT.601, as in FFmpeg and
        OpenCV, through which the public benchmarks have always been read.
        """
        scale = self.scale(geometry)
        width, height = (max(1, round(side / scale)) for side in geometry.square)
        if self._one_field:
            picture = self._upper_field(picture)
        image = self._rgb(picture, width, height)
        if geometry.rotation:
            image = np.rot90(image, -geometry.rotation // 90)
        if geometry.mirrored:
            image = image[:, ::-1]
        return np.ascontiguousarray(image)

    def _rgb(self, picture: VideoFrame, width: int, height: int) -> UInt8[ndarray, "height width 3"]:
        light = light_of(picture)
        if light:
            self.lights[light] = None
            return to_sdr(
                self._reformat(picture, width, height, "gbrp16le"), light
            )  # swscale spoils rgb48 with full chroma
        image: UInt8[ndarray, "height width 3"] = self._reformat(picture, width, height, "rgb24")
        if any(one.is_alpha for one in picture.format.components):
            alpha = self._reformat(picture, width, height, "rgba")[..., 3:]
            if alpha.min() < 255:
                self.transparent = True
                image = ((image.astype(np.uint16) * alpha + 127) // 255).astype(np.uint8)
        return image

    def _reformat(self, picture: VideoFrame, width: int, height: int, kind: str) -> ndarray:
        shrinks = picture.width > width or picture.height > height
        return self._reformatter.reformat(
            picture,
            width=width,
            height=height,
            format=kind,
            interpolation=(Interpolation.AREA if shrinks else Interpolation.BILINEAR) | _EXACT,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        ).to_ndarray()

    def _upper_field(self, picture: VideoFrame) -> VideoFrame:
        kind = (picture.width, picture.height, picture.format.name, picture.colorspace, picture.color_range)
        if self._field is None or self._field[0] != kind:
            self._field = kind, _field_graph(picture)
        graph = self._field[1]
        graph.vpush(picture)
        return graph.vpull()


def _field_graph(picture: VideoFrame) -> Graph:
    graph = Graph()
    source = graph.add(
        "buffer",
        f"video_size={picture.width}x{picture.height}:pix_fmt={picture.format.name}:time_base=1/25:"
        f"colorspace={picture.colorspace}:range={picture.color_range}",
    )
    graph.link_nodes(source, graph.add("field", "type=top"), graph.add("buffersink")).configure()
    return graph
