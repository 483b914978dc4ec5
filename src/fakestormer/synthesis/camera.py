"""A still photograph turned into a clip, as if filmed by hand."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.synthesis.augment import lay_noise, sensor_noise
from fakestormer.synthesis.warp import chain, move_image, move_points


@dataclass(frozen=True, slots=True)
class CameraMotion:
    """How a hand-held camera moves. Lengths in pixels of a 256-pixel crop, angles in degrees, times in frames.

    Every component is a sum of `num_waves` sines with periods between `period`; `steadiness` scales the whole path, so
    that some clips are nearly as still as on a tripod.
    """

    shift: float = 6.0
    rotation: float = 1.2
    zoom: float = 0.015
    period: tuple[float, float] = (12.0, 60.0)
    num_waves: int = 3
    steadiness: tuple[float, float] = (0.1, 1.0)
    noise: tuple[float, float] = (0.5, 2.0)


def film_still(
    image: UInt8[ndarray, "height width 3"],
    points: Float[ndarray, "points 2"],
    num_frames: int,
    rng: np.random.Generator,
    motion: CameraMotion = CameraMotion(),
) -> tuple[UInt8[ndarray, "frames height width 3"], Float[ndarray, "frames points 2"]]:
    """Frames along a smooth random camera path, each interpolated once, with fresh sensor noise, and their landmarks.

    Speeds are those of a hand-held camera: a fraction of a pixel to about 2 pixels a frame on a 256-pixel picture. The
    picture is mirrored where the path looks beyond its border. Landmarks move exactly with the picture.
    """
    matrices = camera_path(image.shape[0], image.shape[1], num_frames, rng, motion)
    deviation = float(rng.uniform(*motion.noise))
    images = np.empty((num_frames, *image.shape), dtype=np.uint8)
    for frame, matrix in enumerate(matrices):
        moved = move_image(image, matrix, cv2.INTER_CUBIC)
        images[frame] = lay_noise(moved, sensor_noise(image.shape, deviation, rng))
    moved_points = np.stack([move_points(points.astype(np.float64), matrix) for matrix in matrices])
    return images, moved_points


def camera_path(
    height: int, width: int, num_frames: int, rng: np.random.Generator, motion: CameraMotion = CameraMotion()
) -> Float[ndarray, "frames 2 3"]:
    """For every frame the matrix that takes the still picture to it (corner coordinates, about the middle)."""
    unit = max(height, width) / 256
    steadiness = float(rng.uniform(*motion.steadiness))
    waves = np.stack([_smooth_wave(num_frames, rng, motion) for _ in range(4)]) * steadiness
    shift_x, shift_y = waves[:2] * motion.shift * unit
    angle, zoom = np.radians(waves[2] * motion.rotation), np.exp(waves[3] * motion.zoom)
    to_middle = np.array([[1.0, 0.0, -width / 2], [0.0, 1.0, -height / 2]])
    matrices = np.empty((num_frames, 2, 3))
    for frame in range(num_frames):
        cosine, sine = zoom[frame] * np.cos(angle[frame]), zoom[frame] * np.sin(angle[frame])
        turned = np.array(
            [
                [cosine, -sine, width / 2 + shift_x[frame]],
                [sine, cosine, height / 2 + shift_y[frame]],
            ]
        )
        matrices[frame] = chain(to_middle, turned)
    return matrices


def _smooth_wave(num_frames: int, rng: np.random.Generator, motion: CameraMotion) -> Float[ndarray, " frames"]:
    """A random curve within [-1, 1], nothing faster than the shortest period, slow waves the larger ones."""
    shortest, longest = motion.period
    periods = shortest * (longest / shortest) ** rng.random(motion.num_waves)
    phases = rng.uniform(0, 2 * np.pi, size=motion.num_waves)
    weights = rng.random(motion.num_waves) * periods
    waves = np.sin(2 * np.pi * np.arange(num_frames)[:, None] / periods + phases)
    curve: Float[ndarray, " frames"] = waves @ (weights / weights.sum())
    return curve
