"""Tracks and frames -> clips: which frames a clip takes, and its crops, cut while the frames stream by."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.faces.align import box_at, crop_affine, cut_crop
from fakestormer.types import ClipSpec, FaceClip, FaceTrack, Frame, TimeSpan, WindowSpec

WINDOW_RATE = 27.0  # between the 25 and 30 pictures a second of the videos that motion was learned from


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """Which frames of one track make one clip, in order, and which the window around it; empty for none."""

    track_id: int
    frame_indices: tuple[int, ...]
    window: tuple[int, ...] = ()


def plan_clips(track: FaceTrack, spec: ClipSpec, interval: float, frame_rate: float) -> tuple[ClipPlan, ...]:
    """The clips of one track, spread evenly and symmetrically over it; none where it is shorter than one clip.

    Clips begin `interval` seconds apart (at `frame_rate` frames a second), or where that would make them overlap, one
    after the other. All frames lie between the track's first and last observation, `spec.frame_stride` apart.
    """
    if not (interval >= 0 and frame_rate >= 0 and math.isfinite(interval * frame_rate)):
        raise ValueError(f"clips need interval >= 0 and frame_rate >= 0, got {interval} and {frame_rate}")
    first, last = track.observations[0].frame_index, track.observations[-1].frame_index
    slack = last - first + 1 - spec.num_source_frames
    if slack < 0:
        return ()
    step = max(float(spec.num_source_frames), interval * frame_rate)
    count = math.floor(slack / step) + 1
    margin = (slack - (count - 1) * step) / 2
    starts = [first + math.floor(margin + number * step) for number in range(count)]
    offsets = range(0, spec.num_source_frames, spec.frame_stride)
    return tuple(
        ClipPlan(
            track.track_id,
            tuple(start + offset for offset in offsets),
            _plan_window(spec.window, first, last, start + spec.num_source_frames // 2, frame_rate),
        )
        for start in starts
    )


def window_stride(frame_rate: float) -> int:
    """How many frames of a video lie between two of a window, so that a window lasts as long in any video."""
    return max(1, round(frame_rate / WINDOW_RATE))


def _plan_window(spec: WindowSpec | None, first: int, last: int, middle: int, frame_rate: float) -> tuple[int, ...]:
    """The frames of a window around `middle`, all within the track; none where the track is shorter than that."""
    if spec is None:
        return ()
    stride = window_stride(frame_rate)
    length = (spec.num_frames - 1) * stride + 1
    if last - first + 1 < length:
        return ()
    start = min(max(first, middle - length // 2), last + 1 - length)
    return tuple(range(start, start + length, stride))


@dataclass(slots=True)
class _OpenClip:
    """Crops of a clip that waits for more of its frames, by their place in the clip or the frame of the video."""

    plan: ClipPlan
    images: dict[int, UInt8[ndarray, "size size 3"]]
    to_frame: dict[int, Float[ndarray, "2 3"]]
    times: dict[int, float]
    window: dict[int, UInt8[ndarray, "side side 3"]]

    @property
    def is_complete(self) -> bool:
        """Whether it has all it waits for."""
        return len(self.images) == len(self.plan.frame_indices) and len(self.window) == len(self.plan.window)


class ClipCutter:
    """Cuts planned clips while frames stream by; only crops of unfinished clips are kept, never frames.

    No clip lasts longer than up to `end`, when the video's last picture is over, in seconds.
    """

    def __init__(
        self, tracks: Sequence[FaceTrack], plans: Sequence[ClipPlan], spec: ClipSpec, end: float = math.inf
    ) -> None:
        self._end = end
        self._tracks = {track.track_id: track for track in tracks}
        self._spec = spec
        self._plans = tuple(plans)
        self._open: dict[int, _OpenClip] = {}
        # By frame: which plans wait for it, and at which place of their clip; None for their window.
        self._places: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
        for number, plan in enumerate(self._plans):
            if plan.track_id not in self._tracks:
                raise ValueError(f"a clip is planned on track {plan.track_id}, there are {sorted(self._tracks)}")
            for place, frame_index in enumerate(plan.frame_indices):
                self._places[frame_index].append((number, place))
            for frame_index in plan.window:
                self._places[frame_index].append((number, None))

    def wanted(self, frame_index: int) -> bool:
        """Whether some planned clip still waits for this frame."""
        return frame_index in self._places

    def add(self, frame: Frame) -> tuple[FaceClip, ...]:
        """The clips that this frame completes, in the order of their plans; a frame nobody waits for completes none."""
        done = []
        crops: dict[int, tuple[UInt8[ndarray, "size size 3"], Float[ndarray, "2 3"]]] = {}
        small: dict[int, UInt8[ndarray, "side side 3"]] = {}
        for number, place in self._places.pop(frame.index, ()):
            plan = self._plans[number]
            clip = self._open.setdefault(number, _OpenClip(plan, {}, {}, {}, {}))
            if place is None:
                if plan.track_id not in small:
                    small[plan.track_id] = self._window_crop(frame, plan.track_id)
                clip.window[frame.index] = small[plan.track_id]
            else:
                if plan.track_id not in crops:
                    affine = crop_affine(box_at(self._tracks[plan.track_id], frame.index), self._spec)
                    crops[plan.track_id] = cut_crop(frame.image, affine, self._spec.image_size), affine.matrix
                clip.images[place], clip.to_frame[place] = crops[plan.track_id]
                clip.times[place] = frame.time
            if clip.is_complete:
                done.append(self._finish(self._open.pop(number)))
        return tuple(done)

    def _window_crop(self, frame: Frame, track_id: int) -> UInt8[ndarray, "side side 3"]:
        window = self._spec.window
        assert window is not None
        spec = ClipSpec(image_size=window.image_size, box_enlargement=window.box_enlargement, crop_margin=0.0)
        affine = crop_affine(box_at(self._tracks[track_id], frame.index), spec)
        return cut_crop(frame.image, affine, window.image_size)

    def _finish(self, clip: _OpenClip) -> FaceClip:
        places = range(len(clip.plan.frame_indices))
        start, end = clip.times[0], clip.times[places[-1]]
        # The last frame is shown for one frame interval, known where the clip has two frames to measure it: the
        # shortest, since pictures may stand still for a while within a clip, and the last is not known to do so.
        steps = [clip.times[place + 1] - clip.times[place] for place in places[:-1]]
        shown = min(steps, default=0.0) / self._spec.frame_stride
        return FaceClip(
            clip.plan.track_id,
            TimeSpan(start, max(end, min(end + shown, self._end))),
            np.array(clip.plan.frame_indices, dtype=np.int64),
            np.stack([clip.images[place] for place in places]),
            np.stack([clip.to_frame[place] for place in places]),
            tuple(clip.window[frame] for frame in clip.plan.window),
            clip.plan.window,
        )
