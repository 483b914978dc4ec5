"""What a few pictures look like after a trip through a video codec."""

from __future__ import annotations

import io

import av
import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.video.write import REPEATABLE


def recode_images(images: UInt8[ndarray, "frames height width 3"], crf: int) -> UInt8[ndarray, "frames height width 3"]:
    """The same pictures encoded as H.264 (yuv420p) at the constant rate factor `crf` (0 best, 51 worst) and decoded.

    Deterministic: one thread, in memory. Height and width must be even.
    """
    height, width = images.shape[1:3]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"} | REPEATABLE
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as container:
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(decoded)
