"""The spine: a video goes in, a verdict comes out. The only place that knows the order of the stages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import datetime, timezone
from importlib.resources import files
from pathlib import Path
from typing import Any

from fakestormer.detector.config import UNCALIBRATED, DetectorConfig
from fakestormer.detector.cut_video import CutVideo
from fakestormer.detector.device_class import device_class, installed_versions
from fakestormer.detector.evidence_frames import with_evidence_frames
from fakestormer.detector.evidence_store import EvidenceStore
from fakestormer.detector.plan import plan_track
from fakestormer.detector.protocol import choose_protocol, clip_protocol
from fakestormer.detector.read_ahead import read_ahead
from fakestormer.detector.score import ClipScorer
from fakestormer.detector.threads import usable_cores
from fakestormer.faces import ClipCutter, ClipPlan, FaceDetector, FaceTracker, TrackingResult
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.model import LoadedWeights, load_weights
from fakestormer.types import (
    Calibration,
    FaceClip,
    FaceTrack,
    FaceVerdict,
    Provenance,
    ScoringRule,
    SetAsideTrack,
    VideoVerdict,
    WeightsError,
)
from fakestormer.verdict import judge_face, judge_video
from fakestormer.version import package_version
from fakestormer.video import VideoReader, decoder_version, in_custody, read_credentials

Observer = Callable[[str, Any], None]
LOGGER = logging.getLogger(__name__)


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
        self.protocol = choose_protocol(weights, self.config)
        self._threads = self.config.threads or usable_cores()
        self._faces = face_detector or LibfaceDetector(max_size=self.config.detection_size)
        # Another detector is not known to bear several questions at once.
        self._search_threads = self._threads if face_detector is None else 1
        self._scorer = ClipScorer(weights, self.config, self.rule)
        LOGGER.info("weights %s, sha256 %s, on %s", weights.name, weights.sha256, self._scorer.device)

    @classmethod
    def load(cls, weights: str | Path | None = None, config: DetectorConfig | None = None) -> Detector:
        """A detector with the weights that come with the package, or those of a .safetensors file."""
        return cls(load_weights(Path(weights) if weights else default_weights_path()), config)

    def detect(self, path: str | Path, observe: Observer | None = None) -> VideoVerdict:
        """The verdict of one video, with its evidence.

        `observe(stage, value)` is called as work proceeds: ("probe", VideoInfo), ("track", TrackingResult), ("clip",
        ClipEvidence) for each clip, ("verdict", VideoVerdict). Raises VideoError where the file holds no
        readable video; a video without a usable face is a verdict, not an error.
        """
        tell, path = _with_log(str(path), observe or _tell_nobody), Path(path)
        started = _now()
        with in_custody(path) as custody:
            found, small = self._track(path, tell)
            plans, too_short = self._plan(found.tracks, small)
            clips = self._cut(path, found.tracks, plans, small)
            with closing(read_ahead(clips, self.config.batch_size)) if self._threads > 1 else nullcontext(clips) as cut:
                evidence = self._score(cut, tell)
            faces = self._judge_faces([track.track_id for track in found.tracks], evidence)
            verdict = judge_video(
                video=small.info,
                faces=with_evidence_frames(path, faces, plans, self.config, small, self._scorer.attribute),
                set_aside=(*found.set_aside, *too_short),
                damage=small.damage,
                num_frames=small.num_frames,
                provenance=self._provenance(custody.sha256(), started),
                prior=self.config.prior,
            )
            verdict = replace(verdict, credentials=read_credentials(path))
            custody.check()
        tell("verdict", verdict)
        return verdict

    def cut(self, path: str | Path) -> CutVideo:
        """Everything that `detect` does before the network: the clips, and what else a verdict says of the video.

        All clips are held at once, so this is for videos of which they fit in memory. Raises VideoError as `detect`.
        """
        with in_custody(Path(path)) as custody:
            found, small = self._track(Path(path), _tell_nobody)
            plans, too_short = self._plan(found.tracks, small)
            clips = tuple(self._cut(Path(path), found.tracks, plans, small))
            sha256 = custody.sha256()
        return CutVideo(
            info=small.info,
            track_ids=tuple(track.track_id for track in found.tracks),
            set_aside=(*found.set_aside, *too_short),
            damage=small.damage,
            num_frames=small.num_frames,
            sha256=sha256,
            clips=clips,
        )

    def judge(self, video: CutVideo) -> VideoVerdict:
        """The verdict that `detect` gives of a video that `cut` has cut, without pictures and content credentials."""
        started = _now()
        evidence = self._score(video.clips, _tell_nobody)
        return judge_video(
            video=video.info,
            faces=self._judge_faces(video.track_ids, evidence),
            set_aside=video.set_aside,
            damage=video.damage,
            num_frames=video.num_frames,
            provenance=self._provenance(video.sha256, started),
            prior=self.config.prior,
        )

    @property
    def rule(self) -> ScoringRule:
        """The rule by which evidence becomes logits: that of the weights, or the published one."""
        assert self.protocol.rule is not None
        return self.protocol.rule

    @property
    def face_detector_name(self) -> str:
        """Which detector finds the faces, with its version."""
        return self._faces.name

    def _track(self, path: Path, tell: Observer) -> tuple[TrackingResult, VideoReader]:
        tracker = FaceTracker(self._faces, self.config.tracking, self._search_threads)
        small = VideoReader(
            path,
            max_size=self.config.detection_size,
            wanted=lambda index: index % stride == 0,
            num_threads=self._threads,
        )
        stride = tracker.stride(small.info.frame_rate)
        tell("probe", small.info)
        found = tracker.track(small, lambda: small.duration)
        tell("track", found)
        return found, small

    def _plan(
        self, tracks: Sequence[FaceTrack], read: VideoReader
    ) -> tuple[tuple[ClipPlan, ...], tuple[SetAsideTrack, ...]]:
        interval = self.config.interval(read.duration - read.info.start)
        spec, frames, plans, too_short = self.weights.clip_spec, clip_protocol(self.protocol), list[ClipPlan](), []
        for track in tracks:
            planned = plan_track(track, spec, frames, interval, read.info.frame_rate)
            plans.extend(planned)
            if not planned:
                seen = track.observations[-1].frame_index - track.observations[0].frame_index + 1
                reason = f"seen on {seen} frames, a clip needs {spec.num_source_frames}"
                too_short.append(SetAsideTrack(track.track_id, track.span, reason))
        return tuple(plans), tuple(too_short)

    def _cut(
        self, path: Path, tracks: Sequence[FaceTrack], plans: Sequence[ClipPlan], read: VideoReader
    ) -> Iterator[FaceClip]:
        if not plans:
            return
        cutter = ClipCutter(tracks, plans, self.weights.clip_spec, read.duration)
        for frame in VideoReader(path, wanted=cutter.wanted, like=read, num_threads=self._threads):
            yield from cutter.add(frame)

    def _score(self, clips: Iterable[FaceClip], tell: Observer) -> EvidenceStore:
        evidence = EvidenceStore(self.config.evidence_frames, self.config.max_maps, self.rule)
        for one in self._scorer.score(clips):
            evidence.add(one)
            tell("clip", one)
        return evidence

    def _judge_faces(self, track_ids: Iterable[int], evidence: EvidenceStore) -> list[FaceVerdict]:
        return [
            judge_face(track_id, clips, self.rule, self._calibration, self.config.prior)
            for track_id in track_ids
            if (clips := evidence.of_track(track_id))
        ]

    @property
    def _calibration(self) -> Calibration:
        return self.weights.calibration or UNCALIBRATED

    def _device_class(self) -> str:
        """On what the network ran; what it ran with, where that is not torch."""
        place = device_class(self._scorer.device)
        return place if self.config.runtime == "torch" else f"{place}, {self._scorer.runtime}, {self._threads} threads"

    def _provenance(self, input_sha256: str, started: str) -> Provenance:
        return Provenance(
            package_version=package_version(),
            model_name=self.weights.name,
            weights_sha256=self.weights.sha256,
            networks_sha256=self.weights.networks_sha256,
            clip_spec=self.weights.clip_spec,
            input_sha256=input_sha256,
            decoder=decoder_version(),
            face_detector=self._faces.name,
            rule=self.rule,
            calibration=self._calibration,
            device=f"{self._scorer.device} ({self._scorer.runtime})",
            settings=(*self.config.described(), *self.protocol.described()),
            device_class=self._device_class(),
            versions=installed_versions(),
            started=started,
            ended=_now(),
        )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _with_log(name: str, tell: Observer) -> Observer:
    """The observer, with what it is told in the log too: clips at level DEBUG, all else at INFO."""

    def observe(stage: str, value: Any) -> None:
        if stage == "probe":
            size, rate = f"{value.width} x {value.height}", f"{value.frame_rate:.4g} frames a second"
            LOGGER.info("%s: %s, %s, %s", name, size, rate, value.codec)
        elif stage == "track":
            LOGGER.info("%s: faces followed: %d, set aside: %d", name, len(value.tracks), len(value.set_aside))
        elif stage == "clip":
            LOGGER.debug("%s: track %d, %.2f s: scored", name, value.track_id, value.span.start)
        elif stage == "verdict":
            damage = value.damage
            if damage.num_corrupt_packets or damage.truncated:
                LOGGER.info("%s: %d corrupt packets, truncated: %s", name, damage.num_corrupt_packets, damage.truncated)
            LOGGER.info("%s: %s", name, value.decision.name)
        tell(stage, value)

    return observe


def _tell_nobody(_stage: str, _value: Any) -> None:
    """The observer of those who do not ask."""
