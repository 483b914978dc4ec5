"""Videos and photographs -> track cache: the place where bad files are found, named and listed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from fakestormer.data.cache import CACHE_SPEC, Forgery, TrackCrops, write_index, write_tracks
from fakestormer.data.ledger import LedgerRow, append_row, ledger_path, open_ledger, read_ledgers, write_summary
from fakestormer.data.shard import WHOLE, Shard
from fakestormer.data.workers import work_in_processes
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

Tools = tuple[FaceDetector, Landmarker]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One video or photograph to prepare; `name` is its place in the manifest, `forgery` None where it is genuine."""

    path: Path
    name: str
    identity: str
    group: str
    forgery: Forgery | None = None


def prepare_sources(
    sources: Sequence[SourceFile],
    folder: Path,
    landmark_model: Path | None = None,
    num_workers: int = 0,
    max_frames: int = MAX_FRAMES,
    observe: Callable[[LedgerRow], None] | None = None,
    shard: Shard = WHOLE,
) -> tuple[LedgerRow, ...]:
    """The ledger rows of the shard's sources, once each was cached or set aside; what a ledger names is not done again.

    With `num_workers` = 0 everything happens in this process, and a file that makes a decoder crash ends it.
    """
    model_path = find_landmark_model(landmark_model)
    _make_folder(folder)
    names = [source.name for source in sources if shard.holds(source.name)]
    path = ledger_path(folder, shard)
    with open_ledger(path):
        rows = {row.name: row for row in read_ledgers(folder)}
        waiting = [source for source in sources if shard.holds(source.name) and source.name not in rows]
        make_work = partial(_make_work, partial(_find_tools, model_path), folder, max_frames)
        try:
            for row in _rows(waiting, num_workers, make_work):
                rows[row.name] = row
                append_row(path, row)
                if observe:
                    observe(row)
        finally:
            write_summary(path, names, rows)
            write_index(folder)
    return tuple(rows[name] for name in names)


def _rows(
    waiting: Sequence[SourceFile], num_workers: int, make_work: Callable[[], Callable[[SourceFile], LedgerRow]]
) -> Iterator[LedgerRow]:
    if not waiting:
        return iter(())
    if num_workers == 0:
        return map(make_work(), waiting)
    return work_in_processes(waiting, num_workers, make_work, _give_up)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"the folder {folder} cannot be made ({error.strerror}): choose another for the cache"
        ) from None


def _find_tools(landmark_model: Path) -> Tools:
    return LibfaceDetector(max_size=DETECTION_SIZE), FaceMeshLandmarker(landmark_model)


def _make_work(make_tools: Callable[[], Tools], folder: Path, max_frames: int) -> Callable[[SourceFile], LedgerRow]:
    cv2.setNumThreads(1)
    detector, landmarker = make_tools()
    return lambda source: prepare_one(source, folder, detector, landmarker, max_frames)


def _give_up(source: SourceFile, died: str) -> LedgerRow:
    reason = f"{source.path} was given up: the process that read it {died}, twice; it may be damaged or too large"
    return LedgerRow(source.name, False, 0, 0, reason)


def prepare_one(
    source: SourceFile, folder: Path, detector: FaceDetector, landmarker: Landmarker, max_frames: int = MAX_FRAMES
) -> LedgerRow:
    """One source cached, or the reason why not."""
    try:
        tracks = crop_tracks(source.path, detector, landmarker, max_frames)
    except FakestormerError as error:
        return LedgerRow(source.name, False, 0, 0, str(error))
    except Exception as error:  # of a library, or ours: one file among thousands must not end the run, and is named
        reason = f"{source.path} met an unforeseen {type(error).__name__}, please report it: {error}"
        return LedgerRow(source.name, False, 0, 0, reason)
    usable = [track for track in tracks if track.found.any()]
    if not usable:
        return LedgerRow(source.name, False, 0, 0, "a face was tracked, but landmarks were found on none of its frames")
    path = folder / cache_name(source.name)
    write_tracks(path, usable, source.name, source.identity, source.group, source.forgery)
    return LedgerRow(source.name, True, len(usable), sum(len(track.images) for track in usable), None)


def cache_name(name: str) -> str:
    """The file name of a source in the cache: readable, and unlike that of 100,000 others of the same stem."""
    readable = Path(name).stem[:64].encode("utf-8", "surrogateescape")[:200].decode("utf-8", "ignore")
    return f"{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}-{readable}.safetensors"


def crop_tracks(
    path: Path, detector: FaceDetector, landmarker: Landmarker, max_frames: int = MAX_FRAMES
) -> tuple[TrackCrops, ...]:
    """Every frame (at most `max_frames` a track) of the face tracks of a video or photograph, with landmarks.

    Raises VideoError for unreadable files and DataError where no face could be tracked.
    """
    whole = VideoReader(path)
    is_still = whole.info.duration is None or whole.info.duration * whole.info.frame_rate < 2
    config = TrackingConfig(min_track_duration=0.0) if is_still else TrackingConfig()
    tracker = FaceTracker(detector, config)
    stride = tracker.stride(whole.info.frame_rate)
    small = VideoReader(path, max_size=DETECTION_SIZE, wanted=lambda index: index % stride == 0)
    result = tracker.track(small, lambda: small.duration)
    if not result.tracks:
        reasons = "; ".join(sorted({one.reason for one in result.set_aside})) or "no face was found"
        raise DataError(f"{path} gives no usable face track: {reasons}")
    crops = {track.track_id: _Crops(track, max_frames) for track in result.tracks}
    for frame in VideoReader(path, like=small):
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
