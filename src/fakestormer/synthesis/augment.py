"""The final augmentation: the same draws for all frames, for the pseudo-fake and for its real twin (section 2.4)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from jaxtyping import Float, Int16, UInt8
from numpy import ndarray
from scipy.special import ndtri

from fakestormer.synthesis.colour import colour_matrix, recolour, reduce_and_enlarge
from fakestormer.synthesis.parameters import Augmentation, ColourChange

Recode: TypeAlias = Callable[[UInt8[ndarray, "frames height width 3"], int], UInt8[ndarray, "frames height width 3"]]


def augment(
    images: UInt8[ndarray, "frames size size 3"], draws: Augmentation, recode: Recode | None = None
) -> UInt8[ndarray, "frames size size 3"]:
    """The frames after colour, low resolution, blur, sensor noise, video codec and JPEG, in the order of a real camera.

    `recode` takes frames and a constant rate factor and gives the frames back as a video codec leaves them; without it
    that step is left out. Pixels that are equal in two clips before are not told apart by anything but compression.
    """
    film = (draws.colour != ColourChange(), draws.low_resolution, draws.blur, draws.noise)
    if any(step not in (False, None) for step in film):
        images = _film(images, draws)
    if draws.recode_crf is not None and recode is not None:
        images = recode(images, draws.recode_crf)
    if draws.jpeg_quality is not None:
        compressed = np.empty_like(images)
        for frame, image in enumerate(images):
            compressed[frame] = compress_jpeg(image, draws.jpeg_quality)
        images = compressed
    return images


def _film(images: UInt8[ndarray, "frames size size 3"], draws: Augmentation) -> UInt8[ndarray, "frames size size 3"]:
    """What happens before a codec; all steps of one frame before the next frame, so that it stays in the cache."""
    matrix = colour_matrix(draws.colour) if draws.colour != ColourChange() else None
    noise = None
    if draws.noise is not None:
        noise = sensor_noise(images.shape, draws.noise, np.random.default_rng(draws.noise_seed))
    filmed = np.empty_like(images)
    for frame, image in enumerate(images):
        picture = image
        if matrix is not None:
            picture = recolour(picture, matrix)
        if draws.low_resolution is not None:
            picture = reduce_and_enlarge(picture, draws.low_resolution)
        if draws.blur is not None:
            picture = blur(picture, draws.blur * images.shape[1] / 224)
        filmed[frame] = picture if noise is None else lay_noise(picture, noise[frame])
    return filmed


def blur(image: UInt8[ndarray, "height width 3"], deviation: float) -> UInt8[ndarray, "height width 3"]:
    """The picture out of focus: a Gaussian of that deviation in pixels."""
    return cv2.GaussianBlur(image, (0, 0), deviation)


def sensor_noise(shape: tuple[int, ...], deviation: float, rng: np.random.Generator) -> Int16[ndarray, "*shape"]:
    """Independent Gaussian noise of that deviation, in whole 8-bit levels; its tails end at 2.9 deviations.

    A random byte names one of 256 equally likely values: a tenth of the time of drawing Gaussian numbers.
    """
    drawn = np.frombuffer(rng.bytes(math.prod(shape)), dtype=np.uint8).reshape(-1, shape[-1] * shape[-2])
    noise: Int16[ndarray, "all_rows values"] = cv2.LUT(drawn, np.rint(_unit_noise() * deviation).astype(np.int16)[None])
    return noise.reshape(shape)


def lay_noise(
    image: UInt8[ndarray, "height width 3"], noise: Int16[ndarray, "height width 3"]
) -> UInt8[ndarray, "height width 3"]:
    """Picture and noise added, kept within 0 and 255."""
    noisy: UInt8[ndarray, "height width 3"] = cv2.add(image, noise, dtype=cv2.CV_8U)
    return noisy


def compress_jpeg(image: UInt8[ndarray, "height width 3"], quality: int) -> UInt8[ndarray, "height width 3"]:
    """The picture as JPEG of that quality (1 to 100) leaves it."""
    # OpenCV takes channels for BGR: swapped on the way in, so that chroma is what is subsampled.
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
    assert decoded is not None  # it was encoded one line above
    return decoded.astype(np.uint8, copy=False)


def _unit_noise() -> Float[ndarray, " levels"]:
    """The middles of 256 equally likely parts of the normal distribution, widened to deviation 1."""
    middles: Float[ndarray, " levels"] = ndtri((np.arange(256) + 0.5) / 256)
    return middles / float(middles.std())
