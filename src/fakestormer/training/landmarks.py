"""The landmark network, taught by the face mesh: neighbouring frames at once, so that it learns how landmarks move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray
from torch import Tensor
from torch.nn import functional

from fakestormer.data import CACHE_SPEC, CachedTrack
from fakestormer.faces import Landmarker
from fakestormer.model import preprocess
from fakestormer.model.lite import FACEMESH_POINTS, MIRRORED_POINTS, LandmarkNetwork
from fakestormer.training.motion_run import MotionRun
from fakestormer.types import Box, DataError, WindowSpec

TRACKS, FRAMES = 8, 6  # of a step
LARGER, TURN, SHIFT = 0.06, 0.12, 0.027  # deviations of ln(size), of the turn in radians, of the place in widths
LEAST_SCALE = 0.8  # of a cached crop that is shrunk without being softened first
# How much a wrong place and a wrong change from frame to frame count, by what a window's width is multiplied.
PLACE_WEIGHT, PLACE_SCALE, CHANGE_SCALE, BEND = 0.3, 20.0, 60.0, 0.1
HALF_BOX = 0.5 / (1 + 2 * CACHE_SPEC.box_enlargement)  # of the face box within a cached crop, as a share of its side

Pictures = UInt8[ndarray, "frames size size 3"]
Crops = UInt8[ndarray, "frames side side 3"]
Points = Float[ndarray, "frames 68 2"]


@dataclass(frozen=True, slots=True)
class MeshTrack:
    """A cached track and the points of the mesh on its first frames, in crop pixels, not smoothed."""

    track: CachedTrack
    points: Points


def find_mesh(track: CachedTrack, landmarker: Landmarker, frames: int) -> Points:
    """The mesh's points that the landmark network is to find, on the first frames of a track; fewer where it fails.

    Unlike those in the cache they are not smoothed over time: their motion is what is to be learned.
    """
    images, _ = track.read(range(min(frames, len(track.found))))
    size = images.shape[1]
    box = Box(*((0.5 - HALF_BOX) * size,) * 2, *((0.5 + HALF_BOX) * size,) * 2)
    points = []
    for image in images:
        found = landmarker.find(image, box)
        if found is None:
            break
        points.append(found.points[list(FACEMESH_POINTS)])
    return np.array(points, dtype=np.float32).reshape(-1, len(FACEMESH_POINTS), 2)


def window_crops(images: Pictures, window: WindowSpec) -> Crops:
    """The crops that a window of these cached crops would have."""
    scale = window.image_size / images.shape[1] / _share(window)
    matrix = _centred(scale, 0.0, (0.0, 0.0), images.shape[1], window.image_size)
    return np.stack([_warped(image, matrix, window.image_size) for image in images])


def draw_windows(track: MeshTrack, window: WindowSpec, rng: np.random.Generator) -> tuple[Crops, Points]:
    """Neighbouring frames as the network sees them, framed, mirrored and lit alike, and where its points should be."""
    first = int(rng.integers(len(track.points) - FRAMES + 1))
    images, _ = track.track.read(range(first, first + FRAMES))
    size, points = window.image_size, track.points[first : first + FRAMES]
    scale = size / images.shape[1] / _share(window) * float(np.exp(rng.normal(0, LARGER)))
    shift = (float(rng.normal(0, SHIFT * size)), float(rng.normal(0, SHIFT * size)))
    matrix = _centred(scale, float(rng.normal(0, TURN)), shift, images.shape[1], size)
    crops = np.stack([_warped(image, matrix, size) for image in images])
    placed = (points @ matrix[:, :2].T + matrix[:, 2] - (size - 1) / 2) / size
    if rng.random() < 0.5:
        crops, placed = crops[:, :, ::-1], (placed * np.array([-1.0, 1.0]))[:, list(MIRRORED_POINTS)]
    lit = (crops.astype(np.float32) - 128) * rng.uniform(0.8, 1.2) + 128 + rng.uniform(-20, 20)
    if rng.random() < 0.2:
        lit += rng.normal(0, rng.uniform(0, 4), lit.shape)
    return np.clip(np.rint(lit), 0, 255).astype(np.uint8), placed.astype(np.float32)


def draw_step(
    pools: Sequence[Sequence[MeshTrack]], shares: Sequence[float], window: WindowSpec, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Crops and points of a step: tracks are drawn from pools by their shares."""
    chosen = [pools[int(rng.choice(len(pools), p=shares))] for _ in range(TRACKS)]
    drawn = [draw_windows(pool[int(rng.integers(len(pool)))], window, rng) for pool in chosen]
    crops, points = (np.concatenate(part) for part in zip(*drawn, strict=True))
    return torch.from_numpy(crops), torch.from_numpy(points)


def landmark_loss(
    network: LandmarkNetwork, crops: Tensor, points: Tensor, run: MotionRun
) -> tuple[Tensor, dict[str, float]]:
    """What a step is to make small: wrong places, and wrong changes from one frame to the next."""
    spec = run.clip_spec
    with torch.autocast("cpu", torch.bfloat16, enabled=run.precision == "bfloat16"):
        found: Tensor = network(preprocess(crops[:, None], spec.mean, spec.std)[:, 0])
    off = found - points
    place = functional.smooth_l1_loss(found * PLACE_SCALE, points * PLACE_SCALE, beta=BEND)
    change = (off.view(-1, FRAMES, *off.shape[1:]).diff(dim=1) * CHANGE_SCALE).abs().mean()
    return PLACE_WEIGHT * place + change, {"place": float(place.detach()), "change": float(change.detach())}


def mean_points(tracks: Sequence[MeshTrack], window: WindowSpec) -> Float[Tensor, "points 2"]:
    """Where the points lie on average in a window's crop, as the landmark network counts."""
    size = tracks[0].track.read([0])[0].shape[1]
    mean = np.concatenate([one.points for one in tracks]).mean(0)
    return torch.from_numpy((mean - (size - 1) / 2) / (size * _share(window))).float()


def usable(tracks: Sequence[MeshTrack], frames: int) -> list[MeshTrack]:
    """The tracks with at least so many frames with points; DataError where there is none."""
    found = [track for track in tracks if len(track.points) >= frames]
    if not found:
        raise DataError(f"no cached track has {frames} frames with landmarks: prepare videos, not photographs alone")
    return found


def _share(window: WindowSpec) -> float:
    """Side of a window's crop as a share of a cached crop's."""
    return (1 + 2 * window.box_enlargement) / (1 + 2 * CACHE_SPEC.box_enlargement)


def _centred(scale: float, turn: float, shift: tuple[float, float], size: int, small: int) -> Float[ndarray, "2 3"]:
    """Takes a crop's pixels to those of a smaller one with the same middle, but for the shift."""
    cosine, sine = np.cos(turn) * scale, np.sin(turn) * scale
    matrix = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0]])
    matrix[:, 2] = (small - 1) / 2 + np.array(shift) - matrix[:, :2] @ np.full(2, (size - 1) / 2)
    return matrix


def _warped(image: UInt8[ndarray, "size size 3"], matrix: Float[ndarray, "2 3"], size: int) -> ndarray:
    if (scale := float(np.hypot(*matrix[0, :2]))) < LEAST_SCALE:
        image = cv2.GaussianBlur(image, (0, 0), 0.4 / scale)  # else what is reduced would alias
    return np.asarray(
        cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )
