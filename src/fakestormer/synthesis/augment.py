"""The final augmentation: the same draws for all frames, for the pseudo-fake and for its real twin (section 2.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from jaxtyping import Float32, UInt8
from numpy import ndarray

from fakestormer.synthesis.colour import change_colour, reduce_and_enlarge
from fakestormer.synthesis.parameters import Augmentation

Recode: TypeAlias = Callable[[UInt8[ndarray, "frames height width 3"], int], UInt8[ndarray, "frames height width 3"]]


def augment(
    images: UInt8[ndarray, "frames size size 3"], draws: Augmentation, recode: Recode | None = None
) -> UInt8[ndarray, "frames size size 3"]:
    """The frames after colour, low resolution, blur, sensor noise, video codec and JPEG, in the order of a real camera.

    `recode` takes frames and a constant rate factor and gives the frames back as a video codec leaves them; without it
    that step is left out. Pixels that are equal in two clips before are not told apart by anything but compression.
    """
    images = change_colour(images, draws.colour)
    if draws.low_resolution is not None:
        share = draws.low_resolution
        images = np.stack([reduce_and_enlarge(image, share) for image in images])
    if draws.blur is not None:
        sigma = draws.blur * images.shape[1] / 224
        images = np.stack([cv2.GaussianBlur(image, (0, 0), sigma) for image in images])
    if draws.noise is not None:
        images = add_noise(images, draws.noise, draws.noise_seed)
    if draws.recode_crf is not None and recode is not None:
        images = recode(images, draws.recode_crf)
    if draws.jpeg_quality is not None:
        quality = draws.jpeg_quality
        images = np.stack([compress_jpeg(image, quality) for image in images])
    return images


def sensor_noise(shape: tuple[int, ...], deviation: float, rng: np.random.Generator) -> Float32[ndarray, "*shape"]:
    """Independent Gaussian noise of that deviation in 8-bit levels."""
    noise: Float32[ndarray, "*shape"] = rng.standard_normal(shape, dtype=np.float32) * np.float32(deviation)
    return noise


def add_noise(
    images: UInt8[ndarray, "frames height width 3"], deviation: float, seed: int
) -> UInt8[ndarray, "frames height width 3"]:
    """The frames with sensor noise, fresh in every frame, the same for every clip of this seed and shape."""
    noise = sensor_noise(images.shape, deviation, np.random.default_rng(seed))
    noisy: UInt8[ndarray, "frames height width 3"] = np.clip(np.rint(images + noise), 0, 255).astype(np.uint8)
    return noisy


def compress_jpeg(image: UInt8[ndarray, "height width 3"], quality: int) -> UInt8[ndarray, "height width 3"]:
    """The picture as JPEG of that quality (1 to 100) leaves it."""
    # Channels are named BGR by OpenCV: swapped on the way in and out, so that chroma is what is subsampled.
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None  # it was encoded one line above
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
