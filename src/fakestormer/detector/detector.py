"""The spine: a video goes in, a verdict comes out. The only place that knows the order of the stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch

from fakestormer.detector.config import DetectorConfig
from fakestormer.detector.device_class import device_class, installed_versions
from fakestormer.detector.key_frames import with_key_frames
from fakestormer.detector.map_store import MapStore
from fakestormer.detector.plan import plan_track
from fakestormer.detector.score import ClipScorer
from fakestormer.faces import ClipCutter, ClipPlan, FaceDetector, FaceTracker, TrackingResult
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.model import LoadedWeights, load_weights
from fakestormer.types import (
    Calibration,
    FaceTrack,
    Provenance,
    SetAsideTrack,
    VideoInfo,
    VideoVerdict,
    WeightsError,
)
from fakestormer.verdict import judge_face, judge_video
from fakestormer.video import VideoReader, decoder_version, hash_file, read_credentials

Observer = Callable[[str, Any], None]
UNCALIBRATED = Calibration(1.0, 0.0, 0.5, 0.5, "nothing: these weights carry no calibration")


def default_weights_path() -> Path:
    """Where the weights that come with the package lie."""
    path = Path(str(files("fakestormer") / "weights" / "lite.safetensors"))
    if not path.exists():
        raise WeightsError(f"the package was installed without its weights ({path}): reinstall it or pass --weights")
    return path


class Detector:
    """Judges videos with one set of weights on one device."""

    def __init__(
        self,
        weights: LoadedWeights,
        config: DetectorConfig | None = None,
        face_detector: FaceDetector | None = None,
    ) -> None:
        self.config = config or DetectorConfig()
        self.weights = weights
        self._faces = face_detector or LibfaceDetector(max_size=self.config.detection_size)
        self._scorer = ClipScorer(weights, self.config)

    @classmethod
    def load(cls, weights: str | Path | None = None, config: DetectorConfig | None = None) -> Detector:
        """A detector with the weights that come with the package, or those of a .safetensors file."""
        return cls(load_weights(Path(weights) if weights else default_weights_path()), config)

    def detect(self, path: str | Path, observe: Observer | None = None) -> VideoVerdict:
        """The verdict of one video, with its evidence.

        `observe(stage, value)` is called as work proceeds: ("probe", VideoInfo), ("track", TrackingResult), ("clip",
        ClipEvidence) for each clip, ("verdict", VideoVerdict). Raises VideoError where the file holds no readable
        video; a video without a usable face is a verdict, not an error.
        """
        tell = observe or (lambda _stage, _value: None)
        started = _now()
        info, found, small = self._track(Path(path), tell)
        calibration = self.weights.calibration or UNCALIBRATED
        plans, too_short = self._plan(found.tracks, info, small.duration)
        evidence = self._score(Path(path), found.tracks, plans, tell)
        faces = [
            judge_face(track.track_id, clips, calibration)
            for track in found.tracks
            if (clips := evidence.of_track(track.track_id))
        ]
        verdict = judge_video(
            video=info if info.duration else replace(info, duration=small.duration),
            faces=with_key_frames(Path(path), faces, plans, self.config, small, self._scorer.attribute),
            set_aside=(*found.set_aside, *too_short),
            damage=small.damage,
            num_frames=small.num_frames,
            provenance=self._provenance(Path(path), calibration, started),
        )
        verdict = replace(verdict, credentials=read_credentials(path))
        tell("verdict", verdict)
        return verdict

    def _track(self, path: Path, tell: Observer) -> tuple[VideoInfo, TrackingResult, VideoReader]:
        tracker = FaceTracker(self._faces, self.config.tracking)
        small = VideoReader(path, max_size=self.config.detection_size, wanted=lambda index: index % stride == 0)
        stride = tracker.stride(small.info.frame_rate)
        tell("probe", small.info)
        found = tracker.track(small, small.scale)
        tell("track", found)
        return small.info, found, small

    def _plan(
        self, tracks: Sequence[FaceTrack], info: VideoInfo, duration: float
    ) -> tuple[tuple[ClipPlan, ...], tuple[SetAsideTrack, ...]]:
        spec, plans, too_short = self.weights.clip_spec, list[ClipPlan](), []
        for track in tracks:
            planned = plan_track(track, spec, self.weights.protocol, self.config.interval(duration), info.frame_rate)
            plans.extend(planned)
            if not planned:
                seen = track.observations[-1].frame_index - track.observations[0].frame_index + 1
                reason = f"seen on {seen} frames, a clip needs {spec.num_source_frames}"
                too_short.append(SetAsideTrack(track.track_id, track.span, reason))
        return tuple(plans), tuple(too_short)

    def _score(self, path: Path, tracks: Sequence[FaceTrack], plans: Sequence[ClipPlan], tell: Observer) -> MapStore:
        evidence = MapStore(self.config.key_frames, self.config.max_maps)
        if not plans:
            return evidence
        cutter = ClipCutter(tracks, plans, self.weights.clip_spec)
        reader = VideoReader(path, wanted=cutter.wanted)
        for one in self._scorer.score(clip for frame in reader for clip in cutter.add(frame)):
            evidence.add(one)
            tell("clip", one)
        return evidence

    def _provenance(self, path: Path, calibration: Calibration, started: str) -> Provenance:
        return Provenance(
            package_version=metadata.version("fakestormer"),
            model_name=self.weights.name,
            weights_sha256=self.weights.sha256,
            clip_spec=self.weights.clip_spec,
            input_sha256=hash_file(path),
            decoder=decoder_version(),
            face_detector=self._faces.name,
            calibration=calibration,
            device=f"{self._scorer.device} (torch {torch.__version__})",
            settings=self.config.described(),
            device_class=device_class(self._scorer.device),
            versions=installed_versions(),
            started=started,
            ended=_now(),
        )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
