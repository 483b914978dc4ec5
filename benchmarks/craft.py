"""Techniques of forging that no recipe trains with, to test detectors with: company for a small development set.

A swap takes another person's face by a mesh of landmarks, dubbing takes the mouth of another moment of the same film,
both blended by Poisson's equation (Perez et al. 2003); a re-animation moves one still of the face along the landmarks
of its film, as talking heads do, with nothing new in it. No licensed data are needed and every forgery has its twin.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from benchmarks.localisation.partial_forgery import find_landmarks, largest_track, square_around
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy.interpolate import LinearNDInterpolator

from fakestormer.faces import FaceDetector, Landmarker, box_at
from fakestormer.synthesis import SCHEMES
from fakestormer.types import DataError
from fakestormer.video import VideoReader

LEAST_FRAMES = 12
# Lengths on the face: how far inside its outline the new face ends, and how far around the lips the new mouth reaches.
INSIDE_THE_OUTLINE, AROUND_THE_LIPS = (0.85, 0.97), (1.2, 1.6)
FADE = 0.06  # of the square's side: there a re-animated square fades into the film
MAP_STEP = 2  # pixels between the places at which the mesh is evaluated; between them it is linear


@dataclass(frozen=True, slots=True)
class FilmedFace:
    """A square around a film's face that stays in place, frame by frame with landmarks, and where it lies in the film.

    `landmarks` are in pixels of the square, in the order of `scheme`. Whole frames are read again when they are asked
    for: squares are small, so that many people fit in memory.
    """

    source: Path
    first: int
    frame_rate: float
    left: int
    top: int
    squares: UInt8[ndarray, "frames side side 3"]
    landmarks: Float[ndarray, "frames points 2"]
    scheme: str

    def whole_frames(
        self, squares: UInt8[ndarray, "frames side side 3"] | None = None
    ) -> Iterator[UInt8[ndarray, "height width 3"]]:
        """The film's own frames, with other squares in their places where some are given."""
        own = itertools.islice(VideoReader(self.source), self.first, self.first + len(self.squares))
        side, place = self.squares.shape[1], -1
        for place, frame in enumerate(own):
            image = frame.image.copy()
            if squares is not None:
                image[self.top : self.top + side, self.left : self.left + side] = squares[place]
            yield image
        if place + 1 < len(self.squares):
            raise DataError(f"{self.source} gave {len(self.squares)} frames before and {place + 1} now: leave it alone")


def film_face(source: Path, seconds: float, detector: FaceDetector, landmarker: Landmarker) -> FilmedFace:
    """The face seen longest in the first seconds of a film, from the first frame to the last on which it is seen.

    Raises VideoError for what is no readable video, DataError where no face is seen for a dozen frames or its
    landmarks are not found.
    """
    reader = VideoReader(source)
    rate = reader.info.frame_rate
    images = [frame.image for frame in itertools.islice(reader, max(1, round(seconds * rate)))]
    if not images:
        raise DataError(f"{source} has no frame that can be decoded: leave it out")
    track = largest_track(source, lambda: iter(images), rate, detector)
    first, last = track.observations[0].frame_index, track.observations[-1].frame_index
    if last - first + 1 < LEAST_FRAMES:
        raise DataError(f"{source} shows its face on {last - first + 1} frames, at least {LEAST_FRAMES} are needed")
    boxes = [box_at(track, index) for index in range(first, last + 1)]
    left, top, side = square_around(boxes, images[0].shape[:2])
    squares = np.stack([image[top : top + side, left : left + side] for image in images[first : last + 1]])
    landmarks = find_landmarks(squares, boxes, (left, top), landmarker)
    return FilmedFace(source, first, rate, left, top, squares, landmarks, landmarker.scheme)


def swap_face(target: FilmedFace, donor: FilmedFace, rng: np.random.Generator) -> UInt8[ndarray, "frames side side 3"]:
    """The target's squares with the donor's face, frame by frame in its own expression; the donor plays to and fro."""
    inside, core = rng.uniform(*INSIDE_THE_OUTLINE), _all_regions(target)
    made = []
    for place in range(len(target.squares)):
        here, there = target.landmarks[place], _to_and_fro(place, len(donor.squares))
        face = carry(donor.squares[there], donor.landmarks[there], here, target.squares.shape[1])
        made.append(_paste(face, target.squares[place], _around(here[core], inside)))
    return np.stack(made)


def paste_mouth(target: FilmedFace, rng: np.random.Generator) -> UInt8[ndarray, "frames side side 3"]:
    """The target's squares with the mouth of half a film later or earlier, moved into place."""
    count, lips = len(target.squares), list(SCHEMES[target.scheme].regions["mouth"])
    reach, later, side = rng.uniform(*AROUND_THE_LIPS), count // 2, target.squares.shape[1]
    made = []
    for place in range(count):
        here, there = target.landmarks[place][lips], (place + later) % count
        matrix = cv2.estimateAffinePartial2D(target.landmarks[there][lips], here)[0]
        if matrix is None:
            raise DataError(f"the lips of frame {place} cannot be found again in frame {there}: leave this film out")
        # Landmarks count from a pixel's edge, pictures from its middle.
        matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
        moved = cv2.warpAffine(target.squares[there], matrix, (side, side), borderMode=cv2.BORDER_REFLECT)
        made.append(_paste(np.asarray(moved, np.uint8), target.squares[place], _around(here, reach)))
    return np.stack(made)


def reanimate(target: FilmedFace) -> UInt8[ndarray, "frames side side 3"]:
    """The first square alone, moved along the landmarks of all frames: a picture that talks, its texture frozen."""
    side = target.squares.shape[1]
    still, points = target.squares[0], target.landmarks[0]
    # The mesh reaches a little beyond the square, as far as `carry` asks.
    ends = np.linspace(-MAP_STEP, side + MAP_STEP, 5)
    border = np.array([(x, y) for x in ends for y in ends if {x, y} & {ends[0], ends[-1]}])
    ramp = np.clip((np.minimum(np.arange(side), np.arange(side)[::-1]) + 1) / (FADE * side), 0, 1)
    share = np.minimum(ramp[:, None], ramp[None])[..., None]
    made = []
    for square, here in zip(target.squares, target.landmarks, strict=True):
        moved = carry(still, np.concatenate([points, border]), np.concatenate([here, border]), side)
        made.append(np.rint(share * moved + (1 - share) * square).astype(np.uint8))
    return np.stack(made)


def carry(
    image: UInt8[ndarray, "height width 3"],
    points: Float[ndarray, "points 2"],
    targets: Float[ndarray, "points 2"],
    side: int,
) -> UInt8[ndarray, "side side 3"]:
    """The picture on a mesh whose points move to their targets; outside the mesh nothing of meaning."""
    places = np.arange(0, side + MAP_STEP, MAP_STEP, dtype=float)
    grid = np.stack(np.meshgrid(places + 0.5, places + 0.5), axis=-1)
    found = LinearNDInterpolator(targets, points, fill_value=-1.0)(grid).astype(np.float32) - np.float32(0.5)
    # From every second pixel to all of them, each where it lies.
    x, y = np.meshgrid(np.arange(side, dtype=np.float32) / MAP_STEP, np.arange(side, dtype=np.float32) / MAP_STEP)
    across, down = cv2.split(cv2.remap(found, x, y, cv2.INTER_LINEAR))
    return np.asarray(cv2.remap(image, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.uint8)


def _all_regions(face: FilmedFace) -> list[int]:
    scheme = SCHEMES[face.scheme]
    return list(scheme.indices(*scheme.regions))


def _around(points: Float[ndarray, "points 2"], reach: float) -> Float[ndarray, "points 2"]:
    """The points, further from their middle by that factor."""
    middle = points.mean(axis=0)
    return np.asarray(middle + reach * (points - middle))


def _to_and_fro(place: int, count: int) -> int:
    """The frame of a film of that many that plays forwards, then backwards, for ever."""
    place %= max(1, 2 * count - 2)
    return place if place < count else 2 * count - 2 - place


def _paste(
    source: UInt8[ndarray, "side side 3"], target: UInt8[ndarray, "side side 3"], points: Float[ndarray, "points 2"]
) -> UInt8[ndarray, "side side 3"]:
    """The source inside the points' hull, its gradients kept, its border the target's."""
    mask = np.zeros(target.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points).astype(np.int32)), 255)
    mask[:2] = mask[-2:] = 0
    mask[:, :2] = mask[:, -2:] = 0
    if not mask.any():
        raise DataError("the face lies outside its square: leave this film out")
    left, top, width, height = cv2.boundingRect(mask)
    middle = (left + width // 2, top + height // 2)
    return np.asarray(cv2.seamlessClone(source, target, mask, middle, cv2.NORMAL_CLONE), np.uint8)
