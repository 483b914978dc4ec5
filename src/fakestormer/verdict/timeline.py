"""The score of a face over time."""

from __future__ import annotations

from fakestormer.types import FaceVerdict, ProbabilityScale, ScoredClip


def score_timeline(face: FaceVerdict, scale: ProbabilityScale) -> tuple[tuple[float, float, float], ...]:
    """One point (time, logit, probability) for every clip of a face, in order of time.

    `time` is the middle of the clip in seconds, `logit` the clip's answer, `probability` that answer on the scale
    of the verdict, in [0, 1]. A single clip's probability is weaker evidence than the face's, which rests on all clips.
    """
    return tuple((clip.span.middle, clip.logit, scale.probability(clip.logit)) for clip in _in_order(face))


def _in_order(face: FaceVerdict) -> list[ScoredClip]:
    return sorted(face.clips, key=lambda clip: (clip.span, clip.logit))
