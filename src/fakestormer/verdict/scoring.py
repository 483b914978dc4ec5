"""Raw evidence to logits by the scoring rule: the only place where a score gets its meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fakestormer.types import ClipEvidence, ScoredClip, ScoringRule


def score_clips(clips: Sequence[ClipEvidence], rule: ScoringRule) -> tuple[ScoredClip, ...]:
    """The clips of one face with their logits by the rule, in the order given (see `ScoringRule`).

    The level of the clip network's logits over the face is their median: a face that is forged for less than half of
    its time keeps the level of the rest.
    """
    if not clips:
        return ()
    surplus = 0.0
    if rule.share_between_faces < 1:
        surplus = (1 - rule.share_between_faces) * float(np.median([clip.clip_logit for clip in clips]))
    return tuple(ScoredClip(clip, _logit(clip, rule) - rule.clip_weight * surplus) for clip in clips)


def provisional_logit(clip: ClipEvidence, rule: ScoringRule) -> float:
    """A clip's logit before its face's level is known; within a face it orders as the final ones do."""
    return _logit(clip, rule)


def _logit(clip: ClipEvidence, rule: ScoringRule) -> float:
    logit = rule.clip_weight * clip.clip_logit
    if rule.frame_weight and len(clip.frame_logits):
        logit += rule.frame_weight * math.fsum(clip.frame_logits) / len(clip.frame_logits)
    if clip.motion_logit is not None:
        logit += rule.motion_weight * clip.motion_logit
    if rule.face_size is not None and clip.crop_scale > 0:
        logit -= rule.face_size.at(clip.crop_scale)
    return logit
