"""The work inside the child: one file to a verdict and its files, telling how far it is and holding to the limits."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import torch
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.detector import Detector, DetectorConfig, default_weights_path, thorough, write_overlay
from fakestormer.faces import FaceDetection
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.isolation.config import IsolationConfig, Limits, limit_problem
from fakestormer.isolation.messages import FRAMES, OVERLAY, PAGE, VERDICT, Ending, Request
from fakestormer.model import load_weights
from fakestormer.report import render_html, write_json
from fakestormer.types import EvidenceFrame, VideoInfo, VideoVerdict
from fakestormer.version import package_version

Tell = Callable[[dict[str, Any]], None]
SEARCHED_BETWEEN_TELLING = 6  # searched frames, about a second of video
JPEG_QUALITY = 92
ENDING_OF_LIMIT: dict[str, Ending] = {
    "duration": "too_long",
    "pixels": "too_many_pixels",
    "frame_rate": "too_many_frames",
    "frames": "too_many_frames",
    "faces": "too_many_faces",
}


class LimitError(Exception):
    """A video exceeds a limit; not an error of the package's callers, the child makes an ending of it."""

    def __init__(self, limit: str, found: float, value: float) -> None:
        super().__init__(limit)
        self.ending = ENDING_OF_LIMIT[limit]
        self.sentence = limit_problem(limit, found, value)


class Examiner:
    """Detectors of one set of weights that stay loaded, and the examination of one file with one of them."""

    def __init__(self, config: IsolationConfig) -> None:
        torch.set_num_threads(config.threads)
        weights = load_weights(config.weights or default_weights_path())
        usual = DetectorConfig(
            device=config.device, precision=config.precision, prior=config.prior, threads=config.threads
        )
        self._search = _CountedSearch(LibfaceDetector(max_size=usual.detection_size))
        self._detectors = {
            dense: Detector(weights, thorough(usual) if dense else usual, self._search) for dense in (False, True)
        }
        _load_what_starts_programs()

    def described(self) -> dict[str, Any]:
        """What runs here, in the fields of `Readiness`."""
        weights = self._detectors[False].weights
        version = package_version()
        return {"package_version": version, "model_name": weights.name, "weights_sha256": weights.sha256}

    def examine(self, request: Request, limits: Limits, tell: Tell) -> tuple[str, ...]:
        """Writes the files of one verdict and gives notes about them; LimitError, VideoError, DataError, OSError."""
        watch = _Watch(limits, tell, self._search)
        verdict = self._detectors[request.thorough].detect(request.path, observe=watch)
        tell({"stage": "write", "fraction": 0.0})
        notes = self._write(verdict, watch, request, tell)
        tell({"stage": "write", "fraction": 1.0})
        return notes

    def _write(self, verdict: VideoVerdict, watch: _Watch, request: Request, tell: Tell) -> tuple[str, ...]:
        notes: list[str] = []
        if request.overlay:
            span = watch.duration or 1.0
            whole = write_overlay(
                verdict,
                watch.tracks,
                request.folder / OVERLAY,
                told=watch.seldom(lambda time: tell({"stage": "write", "fraction": min(1.0, time / span)})),
            )
            if not whole:
                notes.append("the annotated video was written without sound: MP4 does not take this kind")
        if request.name is not None:
            verdict = dataclasses.replace(verdict, video=dataclasses.replace(verdict.video, path=request.name))
        _write_frames(verdict, request)
        write_json(verdict, request.folder / VERDICT)
        if request.page:
            (request.folder / PAGE).write_bytes(render_html(verdict).encode("utf-8", "replace"))
        return tuple(notes)


class _CountedSearch:
    """The face detector, telling of every frame that it has searched."""

    def __init__(self, inner: LibfaceDetector) -> None:
        self._inner = inner
        self.searched: Callable[[], None] = lambda: None

    @property
    def name(self) -> str:
        return self._inner.name

    def detect(self, image: UInt8[ndarray, "height width 3"]) -> tuple[FaceDetection, ...]:
        self.searched()
        return self._inner.detect(image)


class _Watch:
    """Hears of every stage: tells how far it is, and stops what exceeds a limit."""

    def __init__(self, limits: Limits, tell: Tell, search: _CountedSearch) -> None:
        self._limits, self._tell = limits, tell
        self._num_searched, self._stride, self._num_frames = 0, 1, 0.0
        self.tracks: tuple[Any, ...] = ()
        self.duration: float | None = None
        search.searched = self._searched

    def __call__(self, stage: str, value: Any) -> None:
        if stage == "probe":
            self._probed(value)
        elif stage == "track":
            self.tracks = value.tracks
            self._hold("faces", len(value.tracks))
            self._tell({"stage": "track", "faces": len(value.tracks)})
        elif stage == "clip":
            span = value.span
            told = {"stage": "score", "face": value.track_id, "start": span.start, "end": span.end}
            self._tell({**told, "fraction": min(1.0, span.end / self.duration) if self.duration else None})

    def seldom(self, told: Callable[[float], None]) -> Callable[[float], None]:
        """Passes on one call of many."""
        count = 0

        def now_and_then(time: float) -> None:
            nonlocal count
            count += 1
            if count % 25 == 0:
                told(time)

        return now_and_then

    def _probed(self, info: VideoInfo) -> None:
        self.duration = info.duration
        self._stride = max(1, round(info.frame_rate / DetectorConfig().tracking.detections_per_second))
        self._num_frames = (info.duration or 0.0) * info.frame_rate
        for limit, found in (
            ("pixels", info.width * info.height),
            ("duration", info.duration or 0.0),
            ("frame_rate", info.frame_rate),
            ("frames", self._num_frames),
        ):
            self._hold(limit, found)
        self._tell({"stage": "probe", "duration": info.duration})

    def _searched(self) -> None:
        self._num_searched += 1
        decoded = self._num_searched * self._stride
        self._hold("frames", decoded)
        if self._num_searched % SEARCHED_BETWEEN_TELLING == 0:
            fraction = min(1.0, decoded / self._num_frames) if self._num_frames else None
            self._tell({"stage": "search", "fraction": fraction})

    def _hold(self, limit: str, found: float) -> None:
        most = getattr(self._limits, limit)
        if most is not None and found > most:
            raise LimitError(limit, found, most)


def evidence_frames_of(verdict: VideoVerdict) -> list[EvidenceFrame]:
    """All evidence frames in the order in which their files are numbered: by face, then as the face has them."""
    return [key for face in verdict.faces for key in face.evidence_frames]


def _write_frames(verdict: VideoVerdict, request: Request) -> None:
    folder = request.folder / FRAMES
    folder.mkdir(exist_ok=True)
    suffix, options = (".png", []) if request.lossless else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    for number, key in enumerate(evidence_frames_of(verdict)):
        if key.image.size:
            content = cv2.imencode(suffix, cv2.cvtColor(key.image, cv2.COLOR_RGB2BGR), options)[1]
            Path(folder / f"{number}{suffix}").write_bytes(content.tobytes())


def _load_what_starts_programs() -> None:
    """Python asks other programs for the processor's name and the commit, once each; later programs are refused."""
    _ = platform.uname().processor, package_version()
