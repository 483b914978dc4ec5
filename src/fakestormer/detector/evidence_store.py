"""Keeps every clip's numbers, but the temporal maps only of those that speak most: length costs no memory."""

from __future__ import annotations

import heapq
from dataclasses import replace

import numpy as np

from fakestormer.types import ClipEvidence, ScoringRule
from fakestormer.verdict import provisional_logit

_Place = tuple[float, int, int, int]  # logit, running number, track, place among the track's clips


class EvidenceStore:
    """Takes evidence clip by clip and gives it back by track.

    Whole maps are kept of the `own` most suspicious clips of every track and of `shared` others of the whole video, by
    their logits before their face's level is known. The map of any other clip is reduced to its peak in every frame
    (one row, one column).
    """

    def __init__(self, own: int, shared: int, rule: ScoringRule) -> None:
        self._own, self._shared, self._rule = own, shared, rule
        self._clips: dict[int, list[ClipEvidence]] = {}
        self._best: dict[int, list[_Place]] = {}
        self._others: list[_Place] = []
        self._count = 0

    def add(self, clip: ClipEvidence) -> None:
        """Takes one clip in."""
        clips = self._clips.setdefault(clip.track_id, [])
        clips.append(replace(clip, temporal_vulnerability=clip.temporal_vulnerability.astype(np.float32)))
        self._count += 1
        place: _Place = (provisional_logit(clip, self._rule), -self._count, clip.track_id, len(clips) - 1)
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
        return tuple(self._clips.get(track_id, ()))


def _push(heap: list[_Place], place: _Place, size: int) -> _Place | None:
    """Puts a place on the heap; what falls off it where it is full."""
    if len(heap) < size:
        heapq.heappush(heap, place)
        return None
    return heapq.heappushpop(heap, place) if heap else place
