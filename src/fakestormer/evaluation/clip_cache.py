"""Crops of a set of videos on the disk, so that many weights can be scored on them and videos are decoded once.

One safetensors file a video, named by the hash of the video and the hash of everything that decides about its crops.
The crops are kept as they are, not compressed: a score from the cache is the detector's own, to the last digit.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy import ndarray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from fakestormer.detector import CutVideo, Detector
from fakestormer.files import from_plain, write_file
from fakestormer.types import (
    DataError,
    FaceClip,
    SetAsideTrack,
    TimeSpan,
    VideoDamage,
    VideoInfo,
    VideoVerdict,
)
from fakestormer.video import decoder_version, hash_file

LAYOUT = 4  # to be raised where videos are cut or distorted otherwise, too: clips made before are then made anew
METADATA_KEY = "video"
ARRAYS = ("frame_indices", "images", "to_frame")  # of a FaceClip, in the order of its fields
# These change what the network answers, not what it sees.
NOT_OF_THE_CROPS = ("precision", "runtime", "flip", "evidence_frames", "max_maps", "max_pictured_faces")


class CachingDetector:
    """Judges videos as the detector does, but finds faces and cuts clips only where the folder has no clips yet.

    Verdicts are those of `Detector.detect` without pictures of evidence frames. Weights may share a folder: where their
    clips are cut alike they use the same files, otherwise each its own. Fewer clips a video are a matter of the
    detector's configuration (`min_clips`, `clip_interval`).
    """

    def __init__(self, detector: Detector, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise DataError(
                f"the folder {folder} cannot be made or written ({error.strerror}): choose another for clips"
            ) from None
        self._detector, self._folder = detector, folder
        self._settings = _hash_settings(detector)

    def detect(self, path: Path) -> VideoVerdict:
        """The verdict of one file; raises VideoError where it contains no readable video."""
        return self._detector.judge(self.fetch(path))

    def detect_copy(self, name: str, write: Callable[[], Path]) -> VideoVerdict:
        """The verdict of a copy that `write` makes and names; it is asked only where the folder has no clips of it.

        `name` stands for the copy's content: one name, one content.
        """
        place = self._place(name)
        video = read_cut_video(place)
        if video is None:
            video = self._detector.cut(write())
            write_cut_video(place, video)
        return self._detector.judge(video)

    def fetch(self, path: Path) -> CutVideo:
        """The clips of one file, cut now if the folder has none. A video that cannot be read leaves nothing behind."""
        if path.is_file() and (cached := read_cut_video(self._place(hash_file(path)[:24]))):
            return dataclasses.replace(cached, info=dataclasses.replace(cached.info, path=str(path)))
        video = self._detector.cut(path)
        write_cut_video(self._place(video.sha256[:24]), video)
        return video

    def _place(self, name: str) -> Path:
        return self._folder / f"{name}-{self._settings[:12]}.safetensors"


def write_cut_video(path: Path, video: CutVideo) -> None:
    """The video's clips and facts as one file, at once or not at all."""
    tensors: dict[str, ndarray] = {}
    if video.clips:
        for name in ARRAYS:
            tensors[name] = np.stack([getattr(clip, name) for clip in video.clips])
        # Neighbouring windows share crops: each is kept once, in the order in which they are first met.
        if windows := _window_crops(video.clips):
            tensors["window"] = np.stack(list(windows.values()))
    cuts = tuple(_Cut(clip.track_id, clip.span, clip.window_frames) for clip in video.clips)
    facts = (video.info, video.track_ids, video.set_aside, video.damage, video.num_frames, video.sha256)
    note = _Note(LAYOUT, _hash_tensors(tensors), *facts, cuts)
    text = json.dumps(dataclasses.asdict(note), default=lambda member: member.value)  # the enum of quality notes
    write_file(path, save(tensors, {METADATA_KEY: text}))


def read_cut_video(path: Path) -> CutVideo | None:
    """What `write_cut_video` wrote; None where there is no such file, or a damaged one."""
    try:
        with safe_open(path, framework="numpy") as opened:
            note = from_plain(_Note, json.loads((opened.metadata() or {})[METADATA_KEY]), "note")
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  (not a dict)
        intact = note.layout == LAYOUT and note.tensors_sha256 == _hash_tensors(tensors)
        return _cut_video(note, tensors) if intact else None
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, DataError):
        return None


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a clip was cut, and of which frames its window is."""

    track_id: int
    span: TimeSpan
    window_frames: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Note:
    """All of a `CutVideo` that is no tensor, and how the file is laid out."""

    layout: int
    tensors_sha256: str
    info: VideoInfo
    track_ids: tuple[int, ...]
    set_aside: tuple[SetAsideTrack, ...]
    damage: VideoDamage
    num_frames: int
    sha256: str
    clips: tuple[_Cut, ...]


def _cut_video(note: _Note, tensors: Mapping[str, ndarray]) -> CutVideo:
    met = dict.fromkeys((cut.track_id, frame) for cut in note.clips for frame in cut.window_frames)
    places = {key: place for place, key in enumerate(met)}
    clips = tuple(
        FaceClip(
            cut.track_id,
            cut.span,
            tensors["frame_indices"][number],
            tensors["images"][number],
            tensors["to_frame"][number],
            tuple(tensors["window"][places[cut.track_id, frame]] for frame in cut.window_frames),
            cut.window_frames,
        )
        for number, cut in enumerate(note.clips)
    )
    facts = (note.info, note.track_ids, note.set_aside, note.damage, note.num_frames, note.sha256)
    return CutVideo(*facts, clips=clips)


def _window_crops(clips: Sequence[FaceClip]) -> dict[tuple[int, int], ndarray]:
    """The crops of all windows, by track and frame of the video."""
    return {
        (clip.track_id, frame): crop
        for clip in clips
        for frame, crop in zip(clip.window_frames, clip.window, strict=True)
    }


def _hash_tensors(tensors: Mapping[str, ndarray]) -> str:
    whole = hashlib.sha256()
    for name in sorted(tensors):
        whole.update(np.ascontiguousarray(tensors[name]).data)
    return whole.hexdigest()


def _hash_settings(detector: Detector) -> str:
    """One SHA-256 for all that decides which crops are cut."""
    settings = {name: value for name, value in detector.config.described() if name not in NOT_OF_THE_CROPS}
    weights = detector.weights
    # The mean and the deviation of pixels are the network's affair; a crop is cut alike whatever they are.
    spec = {k: v for k, v in dataclasses.asdict(weights.clip_spec).items() if k not in ("mean", "std")}
    versions = (LAYOUT, metadata.version("fakestormer"), detector.face_detector_name, decoder_version())
    frames_and_crops = dataclasses.replace(detector.protocol, rule=None).sha256  # the rule comes after the crops
    everything = [settings, spec, frames_and_crops, *versions]
    return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()
