"""The frames that speak most, fetched from the video once it is known which they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fakestormer.detector.config import DetectorConfig
from fakestormer.faces import ClipPlan
from fakestormer.types import ClipEvidence, FaceVerdict, KeyFrame
from fakestormer.video import VideoReader, read_frames_at

# Long side of the pictures that are kept, in pixels.
KEY_FRAME_SIZE = 960


def with_key_frames(
    path: Path, faces: Sequence[FaceVerdict], plans: Sequence[ClipPlan], config: DetectorConfig, reader: VideoReader
) -> tuple[FaceVerdict, ...]:
    """The faces, the most suspicious of them with pictures of up to `key_frames` of their most suspicious clips.

    Of each clip the frame with the strongest temporal change is taken. `reader` has read the whole video before: its
    damage tells whether frames may be sought.
    """
    pictured = sorted(faces, key=lambda face: -face.logit)[: config.max_pictured_faces]
    chosen = [
        (face.track_id, index, clip, which)
        for face in pictured
        for index, clip, which in _choose(face, plans, config.key_frames)
    ]
    if not chosen:
        return tuple(faces)
    wanted = [index for _, index, _, _ in chosen]
    frames = read_frames_at(path, wanted, max_size=KEY_FRAME_SIZE, damage=reader.damage)
    full_size = max(reader.info.width, reader.info.height)
    pictures: dict[int, list[KeyFrame]] = {}
    for (track_id, index, clip, which), frame in zip(chosen, frames, strict=True):
        picture = KeyFrame(
            time=frame.time,
            frame_index=index,
            image=frame.image,
            scale=max(frame.image.shape[:2]) / full_size,
            logit=clip.logit,
            to_frame=clip.to_frame[which],
            crop_size=clip.crop_size,
            temporal_vulnerability=clip.temporal_vulnerability[which],
        )
        pictures.setdefault(track_id, []).append(picture)
    return tuple(replace(face, key_frames=tuple(pictures.get(face.track_id, ()))) for face in faces)


def _choose(face: FaceVerdict, plans: Sequence[ClipPlan], count: int) -> list[tuple[int, ClipEvidence, int]]:
    """(frame of the video, clip, frame of the clip) of the most suspicious clips, worst first."""
    frames = [plan.frame_indices for plan in plans if plan.track_id == face.track_id]
    ranked = sorted(zip(face.clips, frames, strict=True), key=lambda pair: -pair[0].logit)
    strongest = [
        (clip, indices, int(clip.temporal_vulnerability.max(axis=(1, 2)).argmax())) for clip, indices in ranked
    ]
    return [(indices[which], clip, which) for clip, indices, which in strongest[:count]]
