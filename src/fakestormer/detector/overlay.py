"""The annotated film: the video itself, with every examined face marked and scored frame by frame."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from pathlib import Path

from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.faces import box_at, crop_affine
from fakestormer.report import ENGLISH, Texts, say_prior, say_probability
from fakestormer.report.overlay import DrawnFace, draw_faces
from fakestormer.types import (
    ClipSpec,
    FaceTrack,
    FaceVerdict,
    Frame,
    ProbabilityScale,
    ScoredClip,
    VideoError,
    VideoVerdict,
)
from fakestormer.video import hash_file, write_drawn


def write_overlay(
    verdict: VideoVerdict,
    tracks: Sequence[FaceTrack],
    target: str | Path,
    texts: Texts = ENGLISH,
    told: Callable[[float], None] | None = None,
) -> bool:
    """Writes the video of a verdict as an MP4 file with boxes, numbers, probabilities and maps; see `write_drawn`.

    `tracks` are those that `Detector.detect` tells of at the stage "track". Faces are numbered as on the report page.
    Every frame shows what the nearest clip of the face says; `told` hears of each frame's time. False where the sound
    could not be copied. Raises VideoError where the file is no longer the one that was examined.
    """
    path, made = Path(verdict.video.path), verdict.provenance
    if hash_file(path) != made.input_sha256:
        raise VideoError(f"{path} was changed after it was examined: examine it again, or draw on the copy that was")
    by_id = {track.track_id: track for track in tracks}
    ordered = sorted(verdict.faces, key=lambda face: -face.logit)
    people = [
        _Person(number, face, by_id[face.track_id], verdict.provenance.clip_spec, verdict.scale, texts)
        for number, face in enumerate(ordered, 1)
    ]
    prior = say_prior(verdict.prior, texts)
    footer = texts.overlay_footer.format(prior=prior) if people else texts.overlay_no_face

    def draw(frame: Frame) -> UInt8[ndarray, "height width 3"]:
        if told:
            told(frame.time)
        return draw_faces(frame.image, [one.at(frame) for one in people if one.is_there(frame.index)], footer)

    return write_drawn(path, target, draw)


class _Person:
    """One face through the film."""

    def __init__(
        self, number: int, face: FaceVerdict, track: FaceTrack, spec: ClipSpec, scale: ProbabilityScale, texts: Texts
    ) -> None:
        self._number, self._track, self._spec = number, track, spec
        self._scale, self._texts = scale, texts
        self._clips = sorted(face.clips, key=lambda clip: clip.span.middle)
        self._middles = [clip.span.middle for clip in self._clips]

    def is_there(self, frame_index: int) -> bool:
        """Whether the face is followed through this frame."""
        seen = self._track.observations
        return seen[0].frame_index <= frame_index <= seen[-1].frame_index

    def at(self, frame: Frame) -> DrawnFace:
        """What is drawn of the face in this frame."""
        clip = self._nearest(frame.time)
        box = box_at(self._track, frame.index)
        chance = say_probability(self._scale.probability(clip.logit), self._scale)
        heat = clip.evidence.temporal_vulnerability.max(axis=0)  # one picture a clip: frame by frame it would flicker
        return DrawnFace(
            number=self._number,
            box=box,
            words=self._texts.overlay_face.format(name=self._texts.person.format(number=self._number), chance=chance),
            to_frame=crop_affine(box, self._spec).matrix,
            crop_size=self._spec.image_size,
            heat=heat if heat.size > 1 else None,
        )

    def _nearest(self, time: float) -> ScoredClip:
        after = bisect.bisect_left(self._middles, time)
        near = range(max(0, after - 1), min(len(self._clips), after + 1))
        return self._clips[min(near, key=lambda place: abs(self._middles[place] - time))]
