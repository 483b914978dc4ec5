"""Windows of crops -> what the motion of their landmarks says; every frame's landmarks are found once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fakestormer.faces import point_flow
from fakestormer.model import MotionMember, preprocess
from fakestormer.types import ClipSpec, FaceClip

MOST_CROPS = 32  # that are looked at in one go


class MotionReader:
    """The motion member at work: neighbouring windows share frames, so their landmarks are kept for a while.

    Always in float32, whatever the precision of scoring: it is small differences between frames that count.
    """

    def __init__(self, member: MotionMember | None, spec: ClipSpec, device: torch.device) -> None:
        self._member, self._spec, self._device = member, spec, device
        self._known: dict[int, dict[int, Tensor]] = {}  # by track, by frame
        self._flows: dict[tuple[int, int, int], Tensor] = {}  # by track, earlier and later frame

    def forget(self) -> None:
        """Begins another video."""
        self._known, self._flows = {}, {}

    def read(self, clips: Sequence[FaceClip]) -> list[float | None]:
        """The logit of every clip's window; None where it has none, or there is no such member."""
        if self._member is None:
            return [None] * len(clips)
        self._find(clips)
        logits: list[float | None] = []
        for clip in clips:
            if not clip.window_frames:
                logits.append(None)
                continue
            known = self._known[clip.track_id]
            points = torch.stack([known[frame] for frame in clip.window_frames])
            logits.append(float(self._member(points[None], self._flow(clip, points)[None])))
            self._known[clip.track_id] = {f: p for f, p in known.items() if f >= clip.window_frames[0]}
        return logits

    def _flow(self, clip: FaceClip, points: Tensor) -> Tensor:
        """The flow into every picture of the window from the one before, as a share of the crop's size."""
        size = len(clip.window[0])
        pixels = points.cpu().numpy() * size + (size - 1) / 2
        flows = [torch.zeros_like(points[0])]
        for place, pair in enumerate(itertools.pairwise(clip.window_frames)):
            key = (clip.track_id, *pair)
            if key not in self._flows:
                moved = point_flow(clip.window[place], clip.window[place + 1], pixels[place])
                self._flows[key] = torch.from_numpy(moved / size).to(points)
            flows.append(self._flows[key])
        start = clip.window_frames[0]
        self._flows = {key: flow for key, flow in self._flows.items() if key[0] != clip.track_id or key[1] >= start}
        return torch.stack(flows)

    def _find(self, clips: Sequence[FaceClip]) -> None:
        """Landmarks of all frames of the windows that are not known yet."""
        assert self._member is not None
        wanted = {
            (clip.track_id, frame): crop
            for clip in clips
            for frame, crop in zip(clip.window_frames, clip.window, strict=True)
            if frame not in self._known.get(clip.track_id, ())
        }
        places, crops = list(wanted), list(wanted.values())
        for first in range(0, len(crops), MOST_CROPS):
            images = torch.from_numpy(np.stack(crops[first : first + MOST_CROPS])).to(self._device)
            found = self._member.find(preprocess(images[:, None], self._spec.mean, self._spec.std)[:, 0])
            for (track, frame), points in zip(places[first : first + MOST_CROPS], found, strict=True):
                self._known.setdefault(track, {})[frame] = points
