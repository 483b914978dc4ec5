"""FaceTracker: frames -> face tracks, in four steps: detect, associate, smooth, set aside."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from fakestormer.faces.associate import SearchedFrame, associate
from fakestormer.faces.detect import FaceDetection, FaceDetector
from fakestormer.faces.scene import change_between, find_cuts, thumbnail
from fakestormer.faces.smooth import smooth_boxes
from fakestormer.types import ConfigError, FaceObservation, FaceTrack, Frame, SetAsideTrack, TimeSpan

Chain = tuple[FaceObservation, ...]


@dataclass(frozen=True, slots=True)
class TrackingConfig:
    """How faces are followed. Times in seconds, sizes in pixels of the original frame, confidences in [0, 1].

    `detections_per_second`: how often faces are looked for; `min_confidence`: weaker detections are ignored;
    `min_track_confidence`: tracks with a lower mean are set aside; `min_face_size`: median of the box's longer side;
    `min_detections`: a face seen less often is set aside (if so many frames were searched at all); `max_gap`: longer
    gaps end a track; `smoothing`: standard deviation of the weights that smooth boxes in time.
    """

    detections_per_second: float = 6.0
    min_confidence: float = 0.5
    min_track_confidence: float = 0.75
    min_face_size: float = 40.0
    min_track_duration: float = 0.3
    min_detections: int = 2
    max_gap: float = 0.5
    smoothing: float = 0.2

    def __post_init__(self) -> None:
        if not self.detections_per_second > 0:
            raise ConfigError(f"tracking needs detections_per_second > 0, got {self.detections_per_second}")
        if not 0 <= self.min_confidence <= 1 or not 0 <= self.min_track_confidence <= 1:
            raise ConfigError(
                "tracking needs min_confidence and min_track_confidence in [0, 1], got "
                f"{self.min_confidence} and {self.min_track_confidence}"
            )
        limits = (self.min_face_size, self.min_track_duration, self.min_detections, self.max_gap, self.smoothing)
        if not all(limit >= 0 for limit in limits):
            raise ConfigError(
                "tracking needs min_face_size, min_track_duration, min_detections, max_gap and smoothing >= 0, got "
                + ", ".join(str(limit) for limit in limits)
            )


@dataclass(frozen=True, slots=True)
class TrackingResult:
    """The faces worth scoring, and those that were seen but set aside, each with a reason."""

    tracks: tuple[FaceTrack, ...]
    set_aside: tuple[SetAsideTrack, ...]


class FaceTracker:
    """Follows every face through a video with a detector that looks at single frames.

    With several threads, that many frames are searched at once while the next are decoded; the tracks are the same.
    """

    def __init__(self, detector: FaceDetector, config: TrackingConfig = TrackingConfig(), num_threads: int = 1) -> None:
        self.detector = detector
        self.config = config
        self.num_threads = num_threads

    def stride(self, frame_rate: float) -> int:
        """Faces need to be looked for on every stride-th frame only; 1 where the frame rate is unknown (0)."""
        return max(1, round(frame_rate / self.config.detections_per_second))

    def track(self, frames: Iterable[Frame], duration: Callable[[], float] | None = None) -> TrackingResult:
        """The face tracks of one video, from the frames to be searched, in order.

        Boxes come out in pixels of the whole frames, by each frame's `scale`. `duration` is asked, when the frames are
        over, when the video ends; without it, it lasts up to the last of these frames. Tracks end at scene cuts, and
        where a new `part` of the video begins. They are numbered from 0 in order of appearance (larger faces first),
        those set aside after those kept. Nothing is kept of the frames but their detections.
        """
        searched = self._search(frames)
        chains = [smooth_boxes(chain, self.config.smoothing) for chain in associate(searched, self.config.max_gap)]
        chains.sort(key=lambda chain: (chain[0].frame_index, -chain[0].box.area, chain[0].box.left, chain[0].box.top))
        too_short = self._reason_against_all(searched, duration) if chains else None
        reasons = [too_short or self._reason_against(chain, searched) for chain in chains]
        kept = [chain for chain, reason in zip(chains, reasons, strict=True) if reason is None]
        left = [(chain, reason) for chain, reason in zip(chains, reasons, strict=True) if reason is not None]
        return TrackingResult(
            tuple(FaceTrack(number, chain) for number, chain in enumerate(kept)),
            tuple(
                SetAsideTrack(number, TimeSpan(chain[0].time, chain[-1].time), reason)
                for number, (chain, reason) in enumerate(left, start=len(kept))
            ),
        )

    def _search(self, frames: Iterable[Frame]) -> tuple[SearchedFrame, ...]:
        found, changes, parts, before = [], [], [0], None
        for frame, seen in self._detect(frames):
            detections = tuple(
                FaceDetection(one.box.scaled(frame.scale), one.confidence)
                for one in seen
                if one.confidence >= self.config.min_confidence
            )
            small = thumbnail(frame.image)
            changes.append(0.0 if before is None else change_between(before, small))
            before = small
            found.append((frame.index, frame.time, detections))
            parts.append(frame.part)
        seams = [after != earlier for earlier, after in itertools.pairwise(parts)]
        cuts = [cut or seam for cut, seam in zip(find_cuts(changes), seams, strict=True)]
        return tuple(SearchedFrame(*one, starts_shot=cut) for one, cut in zip(found, cuts, strict=True))

    def _detect(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, tuple[FaceDetection, ...]]]:
        """Every frame with its detections, in order; no more frames are held than threads, and one."""
        if self.num_threads == 1:
            for frame in frames:
                yield frame, self.detector.detect(frame.image)
            return
        waiting = deque[tuple[Frame, Future[tuple[FaceDetection, ...]]]]()
        with ThreadPoolExecutor(self.num_threads) as pool:
            for frame in frames:
                waiting.append((frame, pool.submit(self.detector.detect, frame.image)))
                if len(waiting) > self.num_threads:
                    yield waiting[0][0], waiting[0][1].result()
                    waiting.popleft()
            for frame, seen in waiting:
                yield frame, seen.result()

    def _reason_against_all(
        self, searched: Sequence[SearchedFrame], duration: Callable[[], float] | None
    ) -> str | None:
        """Why no face of this video can be followed for long enough, in words; None where one can."""
        needed, whole = self.config.min_track_duration, searched[-1].time - searched[0].time
        if whole >= needed:
            return None
        lasts = duration() - searched[0].time if duration else whole
        gaps = [after.time - before.time for before, after in itertools.pairwise(searched)]
        # Behind the last look the video may go on for nearly as long as it takes from one look to the next.
        gap = max(gaps, default=max(lasts, 1 / self.config.detections_per_second))
        return (
            f"the video is too short: it lasts {lasts:.2f} s, about {needed + gap:.2f} s are needed to follow a face "
            f"for {needed:.2f} s"
        )

    def _reason_against(self, chain: Chain, searched: Sequence[SearchedFrame]) -> str | None:
        """Why a track is not worth scoring, in words; None where it is."""
        config = self.config
        confidence = float(np.mean([seen.confidence for seen in chain]))
        if confidence < config.min_track_confidence:
            return (
                f"it is probably not a face: the detector's mean confidence is {confidence:.2f}, "
                f"at least {config.min_track_confidence:.2f} is needed"
            )
        duration = chain[-1].time - chain[0].time
        if duration < config.min_track_duration:
            return (
                f"the face is seen for too short a time: {duration:.2f} s, "
                f"at least {config.min_track_duration:.2f} s are needed"
            )
        if len(chain) < min(config.min_detections, len(searched)):
            return (
                f"the face was found in {_frames(len(chain))} of {len(searched)} searched, "
                f"at least {config.min_detections} are needed"
            )
        size = float(np.median([max(seen.box.width, seen.box.height) for seen in chain]))
        if size < config.min_face_size:
            return f"the face is too small: {size:.0f} pixels, at least {config.min_face_size:g} are needed"
        return None


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
