"""Which clips of a track are scored: spread over time, or as the published protocol wants them."""

from __future__ import annotations

import numpy as np

from fakestormer.faces import ClipPlan, plan_clips
from fakestormer.model import ClipProtocol
from fakestormer.types import ClipSpec, FaceTrack


def plan_track(
    track: FaceTrack, spec: ClipSpec, protocol: ClipProtocol, interval: float, frame_rate: float
) -> tuple[ClipPlan, ...]:
    """The clips of one track: consecutive frames every `interval` seconds, or the spread frames of a protocol."""
    if protocol.num_frames is None:
        return plan_clips(track, spec, interval, frame_rate)
    return plan_spread_clips(track, spec.num_frames, protocol.num_frames)


def plan_spread_clips(track: FaceTrack, clip_length: int, num_frames: int) -> tuple[ClipPlan, ...]:
    """Clips of frames spread evenly over the track and cut in order (method, section 7).

    A track with fewer frames gives fewer clips; one shorter than a clip gives none.
    """
    first, last = track.observations[0].frame_index, track.observations[-1].frame_index
    available = last - first + 1
    count = min(num_frames, available) // clip_length * clip_length
    if count == 0:
        return ()
    frames = first + np.floor(np.linspace(0, available, count, endpoint=False)).astype(int)
    rows = frames.reshape(-1, clip_length).tolist()
    return tuple(ClipPlan(track.track_id, tuple(row)) for row in rows)
