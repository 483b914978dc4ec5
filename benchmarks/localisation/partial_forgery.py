"""Partly forged videos with exact truth: some seconds of a face are blended with itself, by held-out settings.

The forged square is pasted on whole pixels and genuine videos are encoded the same way, so only the blending differs.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from benchmarks.localisation.truth import ForgedTruth, FrameMask
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.data import DETECTION_SIZE
from fakestormer.faces import FaceDetector, FaceTracker, Landmarker, box_at, smooth_points
from fakestormer.synthesis import NO_AUGMENTATION, SelfBlender, SynthesisConfig
from fakestormer.types import Box, DataError, FaceTrack, Frame, TimeSpan
from fakestormer.video import VideoReader, write_video

# Settings that no recipe trains with: another sampling factor, blending share, softness, elastic field, and a source
# that is moved further. What they make differs from training as one forger's work differs from another's.
HELD_OUT = SynthesisConfig(
    downscale_factors=(3,),
    sharpen=(0.35, 0.6),
    blend_ratios=(0.9,),
    shift_x=0.045,
    shift_y=0.03,
    scale=(0.92, 1 / 0.92),
    elastic_alpha=90.0,
    elastic_sigma=10.0,
    mask_kernel=(27, 35),
    mask_sigma=(46.0, 60.0),
    p_dubbing_hull=0.25,
    p_change_target=0.0,
    # The square is put back where it was, as it was.
    crop_margin=(0.0, 0.0),
    p_flip=0.0,
    p_cutout=0.0,
    augmentation=NO_AUGMENTATION,
)
PATCHES = 14  # the synthesis wants sides that are a multiple of its patch grid
MAX_DRAWS = 8
MOST_FRAMES_LOST = 2  # at the end of a forgery, by the tool that made it

Film = Callable[[], Iterator[UInt8[ndarray, "height width 3"]]]


@dataclass(frozen=True, slots=True)
class PartialForgeryConfig:
    """How long videos are and what is forged in them; times in seconds.

    Sources under `least_seconds` are played forwards and backwards until they are `seconds` long, longer ones are cut
    there. One stretch is forged, with the probability `p_second` two, each within `forged_seconds` and together at most
    `most_forged` of the face's appearance; over `fade_frames` frames at both ends the forgery fades in and out.
    """

    seconds: float = 20.0
    least_seconds: float = 8.0
    forged_seconds: tuple[float, float] = (2.0, 5.0)
    p_second: float = 0.25
    most_forged: float = 0.4
    apart_seconds: float = 2.0
    fade_frames: int = 2
    synthesis: SynthesisConfig = HELD_OUT


def write_partial_forgery(
    source: Path,
    out: Path,
    detector: FaceDetector,
    landmarker: Landmarker,
    seed: int,
    config: PartialForgeryConfig = PartialForgeryConfig(),
    forge: bool = True,
) -> ForgedTruth:
    """What is forged in the video written to `out`; determined by its arguments.

    Args:
        source: a genuine video with a face.
        out: the video to write.
        detector: finds the face that is forged, the one seen longest.
        landmarker: gives its landmarks, for the blending.
        seed: of the stretches and the blending.
        config: lengths, and the settings of the blending.
        forge: if off, the video is only lengthened and encoded alike.

    Raises:
        VideoError: the source cannot be read.
        DataError: no face is seen for long enough, or its landmarks are not found.
    """
    film, frame_rate = open_film(source, config)
    rng = np.random.default_rng(seed)
    squares: dict[int, tuple[int, int, ndarray]] = {}
    truth = ForgedTruth((), ())
    if forge:
        track = largest_track(source, film, frame_rate, detector)
        seen = (track.observations[0].frame_index, track.observations[-1].frame_index)
        stretches = draw_stretches(seen, frame_rate, rng, config)
        masks: list[FrameMask] = []
        for first, last in stretches:
            masks += _forge(film, track, (first, last), landmarker, rng, config, squares)
        truth = ForgedTruth(_spans(stretches, frame_rate), tuple(masks))
    write_video(out, _pasted(film(), squares), frame_rate)
    return truth


def write_splice(
    original: Path, forgery: Path, out: Path, seed: int, config: PartialForgeryConfig = PartialForgeryConfig()
) -> ForgedTruth:
    """What is forged in the video written to `out`: the original, for some seconds with the forgery's frames instead.

    Both are lengthened alike and encoded once, together. Where in the frames the forgery lies is not said.

    Args:
        original: the genuine video.
        forgery: a forgery of it, the same film frame by frame.
        out: the video to write.
        seed: of the stretches.
        config: lengths.

    Raises:
        VideoError: one of the two cannot be read.
        DataError: they are not frame by frame the same film.
    """
    counts, shapes, rates = [], [], []
    for path in (original, forgery):
        reader = VideoReader(path)
        shown = [frame.image.shape for frame in reader]
        rates.append(reader.info.frame_rate)
        counts.append(len(shown))
        shapes.append(shown[0] if shown else (0, 0, 3))
    alike = shapes[0] == shapes[1] and math.isclose(*rates, rel_tol=0.01)
    if not alike or abs(counts[0] - counts[1]) > MOST_FRAMES_LOST:
        told = [f"{_size(shapes[k])}, {counts[k]} frames, {rates[k]:g} a second" for k in (0, 1)]
        raise DataError(
            f"{forgery} ({told[1]}) does not go with {original} ({told[0]}): give pairs that are the same film frame "
            "by frame"
        )
    (film, frame_rate), (forged, _) = (open_film(path, config, min(counts)) for path in (original, forgery))
    count = min(sum(1 for _ in one()) for one in (film, forged))
    stretches = draw_stretches((0, count - 1), frame_rate, np.random.default_rng(seed), config)
    inside = {index for first, last in stretches for index in range(first, last + 1)}
    frames = (
        there if index in inside else here for index, (here, there) in enumerate(zip(film(), forged(), strict=False))
    )
    write_video(out, frames, frame_rate)
    return ForgedTruth(_spans(stretches, frame_rate), ())


def _spans(stretches: Sequence[tuple[int, int]], frame_rate: float) -> tuple[TimeSpan, ...]:
    return tuple(TimeSpan(first / frame_rate, (last + 1) / frame_rate) for first, last in stretches)


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} x {shape[0]}"


def open_film(source: Path, config: PartialForgeryConfig, most: int | None = None) -> tuple[Film, float]:
    """The frames of the benchmark's video, as often as asked for, and their rate; short sources play to and fro.

    `most`: so many frames of the source are used at most.
    """
    reader = VideoReader(source)
    frame_rate = reader.info.frame_rate
    wanted = round(config.seconds * frame_rate)
    enough = round(config.least_seconds * frame_rate)
    images = [frame.image for frame in itertools.islice(reader, enough if most is None else min(enough, most))]
    if len(images) < enough:
        there_and_back = [*range(len(images)), *range(len(images) - 2, 0, -1)]
        order = list(itertools.islice(itertools.cycle(there_and_back), wanted))
        return lambda: (images[index] for index in order), frame_rate
    wanted = wanted if most is None else min(wanted, most)
    return lambda: (frame.image for frame in itertools.islice(VideoReader(source), wanted)), frame_rate


def draw_stretches(
    frames: tuple[int, int], frame_rate: float, rng: np.random.Generator, config: PartialForgeryConfig
) -> tuple[tuple[int, int], ...]:
    """First and last frame of each stretch to forge, in order, none near another or the first or last of `frames`."""
    first, last = frames
    apart, seen = config.apart_seconds, (last - first + 1) / frame_rate
    count = 1 + int(rng.random() < config.p_second)
    while count:
        room = min(seen * config.most_forged, seen - (count + 1) * apart) / count
        if room >= config.forged_seconds[0]:
            break
        count -= 1
    if not count:
        raise DataError(f"the face is seen for {seen:.1f} s, too short a time for a forged stretch: give longer videos")
    lengths = rng.uniform(config.forged_seconds[0], min(config.forged_seconds[1], room), count)
    slack = seen - lengths.sum() - (count + 1) * apart
    gaps = np.diff(np.concatenate([[0.0], np.sort(rng.uniform(0, slack, count))])) + apart
    starts = np.cumsum(gaps) + np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    return tuple(
        (first + round(start * frame_rate), first + round((start + length) * frame_rate) - 1)
        for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)
    )


def largest_track(source: Path, film: Film, frame_rate: float, detector: FaceDetector) -> FaceTrack:
    """The face that is seen longest, then largest; DataError where none can be followed."""
    tracker = FaceTracker(detector)
    stride = tracker.stride(frame_rate)
    first = next(film())
    scale = max(1.0, max(first.shape[:2]) / DETECTION_SIZE)
    size = (round(first.shape[1] / scale), round(first.shape[0] / scale))
    frames = (
        Frame(index, index / frame_rate, np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)), scale)
        for index, image in enumerate(film())
        if index % stride == 0
    )
    tracks = tracker.track(frames).tracks
    if not tracks:
        raise DataError(f"{source} gives no usable face track: give videos with a face of 40 pixels and more")
    return max(tracks, key=lambda one: (one.span.duration, one.observations[0].box.area))


def _forge(
    film: Film,
    track: FaceTrack,
    stretch: tuple[int, int],
    landmarker: Landmarker,
    rng: np.random.Generator,
    config: PartialForgeryConfig,
    squares: dict[int, tuple[int, int, ndarray]],
) -> list[FrameMask]:
    """Adds the forged squares of one stretch to `squares`, by frame; their masks."""
    indices = range(stretch[0], stretch[1] + 1)
    boxes = [box_at(track, index) for index in indices]
    left, top, side = square_around(boxes, next(film()).shape[:2])
    real = np.stack(
        [image[top : top + side, left : left + side] for image in itertools.islice(film(), stretch[0], stretch[1] + 1)]
    )
    landmarks = find_landmarks(real, boxes, (left, top), landmarker)
    blender = SelfBlender(replace(config.synthesis, image_size=side, num_rows=PATCHES, num_columns=PATCHES))
    for attempt in range(MAX_DRAWS):
        try:
            pair = blender.blend(real, landmarks, landmarker.scheme, int(rng.integers(2**63)))
            break
        except DataError:
            if attempt == MAX_DRAWS - 1:
                raise
    count, masks = len(indices), []
    for place, index in enumerate(indices):
        share = min(1.0, (place + 1) / (config.fade_frames + 1), (count - place) / (config.fade_frames + 1))
        mixed = cv2.addWeighted(pair.fake[place], share, real[place], 1 - share, 0)
        squares[index] = (left, top, np.asarray(mixed, np.uint8))
        masks.append(FrameMask(index, left, top, np.rint(255 * share * pair.mask[place]).astype(np.uint8)))
    return masks


def square_around(boxes: Sequence[Box], shape: tuple[int, int]) -> tuple[int, int, int]:
    """Left, top and side, in whole pixels inside the frame, of a square with room around all boxes."""
    height, width = shape
    low = np.min([(box.left, box.top) for box in boxes], axis=0)
    high = np.max([(box.right, box.bottom) for box in boxes], axis=0)
    side = min(round(1.5 * float((high - low).max())), height, width) // PATCHES * PATCHES
    corner = np.rint((low + high) / 2 - side / 2)
    left, top = (int(value) for value in np.clip(corner, 0, (width - side, height - side)))
    return left, top, side


def find_landmarks(
    images: UInt8[ndarray, "frames side side 3"],
    boxes: Sequence[Box],
    corner: tuple[int, int],
    landmarker: Landmarker,
) -> Float[ndarray, "frames points 2"]:
    """Landmarks of all frames in pixels of the square, smooth over time; few missing ones are filled in."""
    left, top = corner
    found = [
        landmarker.find(image, Box(box.left - left, box.top - top, box.right - left, box.bottom - top))
        for image, box in zip(images, boxes, strict=True)
    ]
    known = [place for place, one in enumerate(found) if one is not None]
    if len(known) < 0.8 * len(found):
        raise DataError(f"landmarks were found on {len(known)} of {len(found)} frames of the stretch: leave it out")
    points = np.stack([one.points for one in found if one is not None])
    flat = points.reshape(len(known), -1)
    filled = np.stack([np.interp(range(len(found)), known, column) for column in flat.T], axis=1)
    return smooth_points(filled.reshape(len(found), -1, 2), np.arange(len(found)) / 25)


def _pasted(
    images: Iterator[UInt8[ndarray, "height width 3"]], squares: dict[int, tuple[int, int, ndarray]]
) -> Iterator[UInt8[ndarray, "height width 3"]]:
    """The images, with the squares (left, top, picture) that there are for their numbers."""
    for index, image in enumerate(images):
        if index in squares:
            left, top, square = squares[index]
            image = image.copy()
            image[top : top + len(square), left : left + len(square)] = square
        yield image
