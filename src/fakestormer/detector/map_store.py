"""Keeps every clip's numbers, but the temporal maps only of those that speak most: length costs no memory."""

from __future__ import annotations

import heapq
from dataclasses import replace

import numpy as np

from fakestormer.types import ClipEvidence
from fakestormer.verdict import take_token_level_off

_Place = tuple[float, int, int, int]  # logit, running number, track, place among the track's clips


class MapStore:
    """Takes evidence clip by clip and gives it back by track.

    Whole maps are kept of the `own` most suspicious clips of every track and of `shared` others of the whole video, by
    their logits as they came. The map of any other clip is reduced to its peak in every frame (one row, one column).
    Logits come back with what the temporal tokens say of the track as a whole levelled (`take_token_level_off`).
    """

    def __init__(self, own: int, shared: int) -> None:
        self._own, self._shared = own, shared
        self._clips: dict[int, list[ClipEvidence]] = {}
        self._token_logits: dict[int, list[float]] = {}
        self._best: dict[int, list[_Place]] = {}
        self._others: list[_Place] = []
        self._count = 0

    def add(self, clip: ClipEvidence, token_logit: float | None = None) -> None:
        """Takes one clip in, with the temporal tokens' share of its logit where there is also a direct vote."""
        if token_logit is not None:
            self._token_logits.setdefault(clip.track_id, []).append(token_logit)
        clips = self._clips.setdefault(clip.track_id, [])
        clips.append(replace(clip, temporal_vulnerability=clip.temporal_vulnerability.astype(np.float32)))
        self._count += 1
        place: _Place = (clip.logit, -self._count, clip.track_id, len(clips) - 1)
        pushed_out = _push(self._best.setdefault(clip.track_id, []), place, self._own)
        if pushed_out is not None:
            pushed_out = _push(self._others, pushed_out, self._shared)
        if pushed_out is not None:
            _, _, track_id, index = pushed_out
            one = self._clips[track_id][index]
            peaks = one.temporal_vulnerability.max(axis=(1, 2), keepdims=True)
            self._clips[track_id][index] = replace(one, temporal_vulnerability=peaks)

    def of_track(self, track_id: int) -> tuple[ClipEvidence, ...]:
        """The clips of one track in the order they came; none where it has none."""
        return take_token_level_off(self._clips.get(track_id, ()), self._token_logits.get(track_id, ()))


def _push(heap: list[_Place], place: _Place, size: int) -> _Place | None:
    """Puts a place on the heap; what falls off it where it is full."""
    if len(heap) < size:
        heapq.heappush(heap, place)
        return None
    return heapq.heappushpop(heap, place) if heap else place
