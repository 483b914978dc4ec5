"""A video's self-blended twin with everything a person needs to judge the synthesis by eye."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.data.cache import TrackCrops
from fakestormer.data.prepare import DETECTION_SIZE, crop_tracks
from fakestormer.faces.backends.facemesh import FaceMeshLandmarker
from fakestormer.faces.backends.facemesh_file import find_landmark_model
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.files import write_aside, write_file
from fakestormer.synthesis import SelfBlendedPair, SelfBlender, SynthesisConfig, draw_contact_sheet, film_still
from fakestormer.types import DataError
from fakestormer.video import write_video

FRAME_RATE = 25.0
MAX_FRAMES = 150
SHEET_FRAMES = 6


def write_preview(path: Path, folder: Path, seed: int, landmark_model: Path | None = None) -> tuple[Path, ...]:
    """The files written: real and fake crops side by side as a video, each of them as a video, arrays, contact sheet.

    The longest run of frames of the largest track is blended with one set of parameters (at most 150 frames); a
    photograph is filmed first.

    Args:
        path: a genuine video or photograph.
        folder: where the files are written; made where it is not there.
        seed: another seed gives another forgery.
        landmark_model: MediaPipe's face_landmark.tflite; found or fetched where it is not given.

    Raises:
        DataError: no face with landmarks is found, or the folder cannot be made.
    """
    try:  # before minutes of work
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"the folder {folder} cannot be made ({error.strerror}): choose another --out") from error
    landmarker = FaceMeshLandmarker(find_landmark_model(landmark_model))
    tracks = crop_tracks(path, LibfaceDetector(max_size=DETECTION_SIZE), landmarker)
    images, landmarks, scheme = _longest_run(path, tracks, seed)
    pair = SelfBlender(SynthesisConfig()).blend(images, landmarks, scheme, seed)
    side_by_side = folder / "comparison.mp4"
    write_video(side_by_side, _panels(pair), FRAME_RATE)
    write_video(folder / "real.mp4", pair.real, FRAME_RATE)
    write_video(folder / "pseudo_fake.mp4", pair.fake, FRAME_RATE)
    arrays = folder / "targets.npz"
    names = ("mask", "vulnerability", "spatial_target", "temporal_target", "real_temporal_target", "kept_patches")
    with write_aside(arrays) as aside, aside.open("wb") as file:
        np.savez_compressed(file, **{name: getattr(pair, name) for name in names})
    sheet = folder / "contact_sheet.png"
    drawn = draw_contact_sheet(_first_frames(pair, SHEET_FRAMES))
    write_file(sheet, cv2.imencode(".png", drawn[..., ::-1])[1].tobytes())
    return side_by_side, folder / "real.mp4", folder / "pseudo_fake.mp4", arrays, sheet


def _longest_run(
    path: Path, tracks: tuple[TrackCrops, ...], seed: int
) -> tuple[UInt8[ndarray, "frames size size 3"], ndarray, str]:
    track = max(tracks, key=lambda one: int(one.found.sum()))
    if not track.found.any():
        raise DataError(f"{path}: a face was tracked, but landmarks were found on none of its frames")
    if len(track.found) == 1:
        rng = np.random.default_rng(seed)
        return *film_still(track.images[0], track.landmarks[0], 25, rng), track.scheme
    edges = np.flatnonzero(np.diff(np.concatenate([[False], track.found, [False]]).astype(np.int8)))
    start, end = max(edges.reshape(-1, 2).tolist(), key=lambda run: run[1] - run[0])
    chosen = slice(start, min(end, start + MAX_FRAMES))
    return track.images[chosen], track.landmarks[chosen], track.scheme


def _panels(pair: SelfBlendedPair) -> Iterator[UInt8[ndarray, "height width 3"]]:
    for real, fake, mask, vulnerability in zip(pair.real, pair.fake, pair.mask, pair.vulnerability, strict=True):
        maps = [np.repeat((255 * one[..., None]).astype(np.uint8), 3, axis=2) for one in (mask, vulnerability)]
        yield np.hstack([real, fake, *maps])


def _first_frames(pair: SelfBlendedPair, count: int) -> SelfBlendedPair:
    """The pair cut to its first frames, for a picture."""
    over_time = ("real", "fake", "mask", "vulnerability", "spatial_target", "temporal_target", "real_temporal_target")
    return replace(pair, **{name: getattr(pair, name)[:count] for name in over_time})
