"""Videos and photographs -> track cache: the place where bad files are found, named and listed."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path

import cv2
import numpy as np

from fakestormer.data.cache import CACHE_SPEC, LEDGER_NAME, TrackCrops, write_tracks
from fakestormer.faces import (
    FaceDetector,
    FaceTracker,
    Landmarker,
    TrackingConfig,
    box_at,
    crop_affine,
    cut_crop,
    smooth_points,
)
from fakestormer.faces.backends.facemesh import FaceMeshLandmarker
from fakestormer.faces.backends.facemesh_file import find_landmark_model
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.types import Box, DataError, FaceTrack, FakestormerError
from fakestormer.video import VideoReader

DETECTION_SIZE = 640
# As published: up to 256 consecutive frames of a training video (method, section 6).
MAX_FRAMES = 256


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One genuine video or photograph to prepare; `name` is its place in the manifest."""

    path: Path
    name: str
    identity: str
    group: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of one source: used with so many tracks and frames, or set aside for a reason."""

    name: str
    used: bool
    num_tracks: int
    num_frames: int
    reason: str | None


def prepare(
    sources: Sequence[SourceFile],
    folder: Path,
    landmark_model: Path | None = None,
    num_workers: int = 1,
    max_frames: int = MAX_FRAMES,
    observe: Callable[[LedgerRow], None] | None = None,
) -> tuple[LedgerRow, ...]:
    """The ledger once every source was cached or set aside; sources already in it are not touched again."""
    folder.mkdir(parents=True, exist_ok=True)
    model_path = find_landmark_model(landmark_model)
    ledger_path = folder / LEDGER_NAME
    ledger = {row.name: row for row in read_ledger(ledger_path)}
    waiting = [source for source in sources if source.name not in ledger]
    with ledger_path.open("a", encoding="utf-8") as file:
        for row in _rows(waiting, folder, model_path, num_workers, max_frames):
            ledger[row.name] = row
            file.write(json.dumps(asdict(row)) + "\n")
            file.flush()
            if observe:
                observe(row)
    return tuple(ledger[source.name] for source in sources)


def read_ledger(path: Path) -> tuple[LedgerRow, ...]:
    """The rows of a ledger file; none where there is no file. A last line cut short by a kill is left out."""
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").split("\n")
    if lines[-1]:
        path.write_text("\n".join([*lines[:-1], ""]), encoding="utf-8")
    return tuple(LedgerRow(**json.loads(line)) for line in lines[:-1])


def _rows(
    waiting: Sequence[SourceFile], folder: Path, model_path: Path, num_workers: int, max_frames: int
) -> Iterator[LedgerRow]:
    if num_workers <= 1:
        detector, landmarker = LibfaceDetector(max_size=DETECTION_SIZE), FaceMeshLandmarker(model_path)
        for source in waiting:
            yield prepare_one(source, folder, detector, landmarker, max_frames)
        return
    with ProcessPoolExecutor(num_workers, get_context("spawn"), _start_worker, (model_path,)) as pool:
        futures = [pool.submit(_prepare_in_worker, source, folder, max_frames) for source in waiting]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_worker_parts: list[tuple[FaceDetector, Landmarker]] = []


def _start_worker(model_path: Path) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    _worker_parts.append((LibfaceDetector(max_size=DETECTION_SIZE), FaceMeshLandmarker(model_path)))


def _end_with_parent() -> None:
    """A killed run leaves no worker behind that waits for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _prepare_in_worker(source: SourceFile, folder: Path, max_frames: int) -> LedgerRow:
    return prepare_one(source, folder, *_worker_parts[0], max_frames)


def prepare_one(
    source: SourceFile, folder: Path, detector: FaceDetector, landmarker: Landmarker, max_frames: int = MAX_FRAMES
) -> LedgerRow:
    """One source cached, or the reason why not."""
    try:
        tracks = crop_tracks(source.path, detector, landmarker, max_frames)
    except FakestormerError as error:
        return LedgerRow(source.name, False, 0, 0, str(error))
    usable = [track for track in tracks if track.found.any()]
    if not usable:
        return LedgerRow(source.name, False, 0, 0, "a face was tracked, but landmarks were found on none of its frames")
    name = hashlib.sha256(source.name.encode()).hexdigest()[:8] + "-" + Path(source.name).stem
    write_tracks(folder / f"{name}.safetensors", usable, source.name, source.identity, source.group)
    return LedgerRow(source.name, True, len(usable), sum(len(track.images) for track in usable), None)


def crop_tracks(
    path: Path, detector: FaceDetector, landmarker: Landmarker, max_frames: int = MAX_FRAMES
) -> tuple[TrackCrops, ...]:
    """Every frame (at most `max_frames` a track) of the face tracks of a video or photograph, with landmarks.

    Raises VideoError for unreadable files and DataError where no face could be tracked.
    """
    reader = VideoReader(path)
    is_still = reader.info.duration is None or reader.info.duration * reader.info.frame_rate < 2
    config = TrackingConfig(min_track_duration=0.0) if is_still else TrackingConfig()
    tracker = FaceTracker(detector, config)
    stride = tracker.stride(reader.info.frame_rate)
    small = VideoReader(path, max_size=DETECTION_SIZE, wanted=lambda index: index % stride == 0)
    result = tracker.track(small, small.scale)
    if not result.tracks:
        reasons = "; ".join(sorted({one.reason for one in result.set_aside})) or "no face was found"
        raise DataError(f"{path} gives no usable face track: {reasons}")
    crops = {track.track_id: _Crops(track, max_frames) for track in result.tracks}
    for frame in reader:
        for one in crops.values():
            one.add(frame.index, frame.time, frame.image, landmarker)
    return tuple(one.finish(landmarker.scheme) for one in crops.values())


class _Crops:
    """The crops of one track, growing frame by frame."""

    def __init__(self, track: FaceTrack, max_frames: int) -> None:
        self.track = track
        self.first = track.observations[0].frame_index
        self.last = min(track.observations[-1].frame_index, self.first + max_frames - 1)
        self.rows: list[tuple[int, float, np.ndarray, np.ndarray | None]] = []

    def add(self, index: int, time: float, image: np.ndarray, landmarker: Landmarker) -> None:
        if not self.first <= index <= self.last:
            return
        box = box_at(self.track, index)
        affine = crop_affine(box, CACHE_SPEC)
        crop = cut_crop(image, affine, CACHE_SPEC.image_size)
        corners = affine.inverse().apply(np.array([[box.left, box.top], [box.right, box.bottom]]))
        marks = landmarker.find(crop, Box(*corners.ravel().tolist()))
        self.rows.append((index, time, crop, None if marks is None else marks.points))

    def finish(self, scheme: str) -> TrackCrops:
        found = np.array([marks is not None for *_, marks in self.rows])
        num_points = next((len(marks) for *_, marks in self.rows if marks is not None), 1)
        time = np.array([seen for _, seen, *_ in self.rows])
        landmarks = np.full((len(found), num_points, 2), np.nan)
        if found.any():
            raw = np.stack([marks for *_, marks in self.rows if marks is not None])
            landmarks[found] = smooth_points(raw, time[found])
        return TrackCrops(
            track_id=self.track.track_id,
            scheme=scheme,
            images=np.stack([crop for _, _, crop, _ in self.rows]),
            landmarks=landmarks,
            found=found,
            frame_index=np.array([index for index, *_ in self.rows]),
            time=time,
        )
