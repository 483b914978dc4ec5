"""The frames that speak most, fetched from the video once it is known which they are, with their maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.detector.config import DetectorConfig
from fakestormer.faces import ClipPlan, cut_crop
from fakestormer.types import Affine, EvidenceFrame, FaceClip, FaceVerdict, Frame, ScoredClip
from fakestormer.video import VideoReader, stream_frames_at

# Long side of the pictures that are kept, in pixels.
KEY_FRAME_SIZE = 960

Attribute = Callable[[FaceClip], Float[ndarray, "frames rows columns"]]


def with_evidence_frames(
    path: Path,
    faces: Sequence[FaceVerdict],
    plans: Sequence[ClipPlan],
    config: DetectorConfig,
    reader: VideoReader,
    attribute: Attribute,
) -> tuple[FaceVerdict, ...]:
    """The faces, the most suspicious of them with pictures of up to `evidence_frames` of their most suspicious clips.

    Of each clip the frame with the strongest temporal change is taken. The clips' crops are cut once more, exactly as
    they were scored, and `attribute` says which patches of them made their scores: for these clips only, since it takes
    a pass back through the network as well. `reader` has read the whole video before: what it met tells whether
    frames may be sought. One frame is held at a time.
    """
    pictured = sorted(faces, key=lambda face: -face.logit)[: config.max_pictured_faces]
    chosen = [one for face in pictured for one in _choose(face, plans, config.evidence_frames)]
    waiting: dict[int, list[tuple[_ChosenClip, int]]] = {}
    for one in chosen:
        for place, index in enumerate(one.frame_indices):
            waiting.setdefault(index, []).append((one, place))
    for frame in stream_frames_at(path, list(waiting), like=reader):
        for one, place in waiting.pop(frame.index):
            one.add(frame, place, attribute)
    pictures: dict[int, list[EvidenceFrame]] = {}
    for one in chosen:
        pictures.setdefault(one.clip.track_id, []).extend(one.finished)
    return tuple(replace(face, evidence_frames=tuple(pictures.get(face.track_id, ()))) for face in faces)


@dataclass(slots=True)
class _ChosenClip:
    """A clip that is shown: `which` of its frames, and its crops until all have come."""

    clip: ScoredClip
    frame_indices: tuple[int, ...]
    which: int
    crops: dict[int, UInt8[ndarray, "size size 3"]] = field(default_factory=dict)
    shown: Frame | None = None
    scale: float = 1.0
    finished: list[EvidenceFrame] = field(default_factory=list)

    def add(self, frame: Frame, place: int, attribute: Attribute) -> None:
        """Takes in the clip's frame number `place`; the last one finishes the evidence frame."""
        self.crops[place] = cut_crop(
            frame.image, Affine(self.clip.evidence.to_frame[place]), self.clip.evidence.crop_size
        )
        if place == self.which:
            small = _reduced(frame.image)
            self.shown, self.scale = replace(frame, image=small), max(small.shape[:2]) / max(frame.image.shape[:2])
        if len(self.crops) == len(self.frame_indices) and self.shown is not None:
            self.finished = [self._finish(self.shown, attribute)]
            self.crops, self.shown = {}, None

    def _finish(self, shown: Frame, attribute: Attribute) -> EvidenceFrame:
        clip, which = self.clip.evidence, self.which
        images = np.stack([self.crops[place] for place in range(len(self.frame_indices))])
        indices = np.array(self.frame_indices, dtype=np.int64)
        return EvidenceFrame(
            time=shown.time,
            frame_index=shown.index,
            image=shown.image,
            scale=self.scale,
            logit=self.clip.logit,
            to_frame=clip.to_frame[which],
            crop_size=clip.crop_size,
            temporal_vulnerability=clip.temporal_vulnerability[which],
            spatial_vulnerability=float(clip.spatial_vulnerability[which]),
            attribution=attribute(FaceClip(clip.track_id, clip.span, indices, images, clip.to_frame))[which],
        )


def _reduced(image: UInt8[ndarray, "height width 3"]) -> UInt8[ndarray, "new_height new_width 3"]:
    """The picture with a long side of at most KEY_FRAME_SIZE pixels; a copy, so that the frame can go."""
    height, width = image.shape[:2]
    factor = min(1.0, KEY_FRAME_SIZE / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small: ndarray = image.copy() if factor == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return small


def _choose(face: FaceVerdict, plans: Sequence[ClipPlan], count: int) -> list[_ChosenClip]:
    """The most suspicious clips, worst first, each with the frame in which it changes most."""
    frames = [plan.frame_indices for plan in plans if plan.track_id == face.track_id]
    ranked = sorted(zip(face.clips, frames, strict=True), key=lambda pair: -pair[0].logit)
    return [
        _ChosenClip(clip, indices, int(clip.evidence.temporal_vulnerability.max(axis=(1, 2)).argmax()))
        for clip, indices in ranked[:count]
    ]
