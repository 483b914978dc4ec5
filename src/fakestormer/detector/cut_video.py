"""What is known of a video before a network looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from fakestormer.types import FaceClip, SetAsideTrack, VideoDamage, VideoInfo


@dataclass(frozen=True, slots=True)
class CutVideo:
    """The clips of one video and what a verdict says besides their scores; the same for all weights of one ClipSpec.

    `track_ids`: the tracks in the order in which a verdict names them. `set_aside` has the tracks too short for a clip.
    """

    info: VideoInfo
    track_ids: tuple[int, ...]
    set_aside: tuple[SetAsideTrack, ...]
    damage: VideoDamage
    num_frames: int
    sha256: str
    clips: tuple[FaceClip, ...]
