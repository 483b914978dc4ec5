"""Clips to face to video: the mean of a face's clips speaks for the face, the most suspicious face for the video."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from fakestormer.types import (
    Calibration,
    ClipEvidence,
    Decision,
    FaceVerdict,
    Provenance,
    SetAsideTrack,
    TimeSpan,
    VideoDamage,
    VideoInfo,
    VideoVerdict,
    WeightsError,
)
from fakestormer.verdict.quality import face_notes, video_notes
from fakestormer.verdict.timeline import suspicious_spans

MOST_REASONS = 3  # so many different reasons are named in one sentence


def decide(probability: float, calibration: Calibration) -> Decision:
    """FAKE from the calibration's `fake_from` on, REAL up to its `real_to`, INCONCLUSIVE between the two."""
    if probability >= calibration.fake_from:
        return Decision.FAKE
    return Decision.REAL if probability <= calibration.real_to else Decision.INCONCLUSIVE


def judge_face(track_id: int, clips: Sequence[ClipEvidence], calibration: Calibration) -> FaceVerdict:
    """The verdict of one face: its score is the logistic of the mean clip logit (method, section 7).

    The result does not depend on the order of the clips, which it holds in order of time. Key frames are left empty.

    Raises:
        ValueError: no clips, or clips of another track.
        WeightsError: a clip's logit is not a finite number.
    """
    if not clips or any(clip.track_id != track_id for clip in clips):
        found = sorted({clip.track_id for clip in clips})
        raise ValueError(f"track {track_id} needs clips of its own to be judged, got {len(clips)} of tracks {found}")
    clips = sorted(clips, key=lambda clip: (clip.span, clip.logit))
    logits = np.array([clip.logit for clip in clips], dtype=np.float64)
    if not np.isfinite(logits).all():
        raise WeightsError(
            f"the model answered {float(logits[~np.isfinite(logits)][0])} for a clip of face {track_id} at "
            f"{clips[0].span.start:.2f} s: the weights are damaged or were trained to no end, choose others"
        )
    logit = math.fsum(logits) / len(logits)
    probability = calibration.probability(logit)
    face = FaceVerdict(
        track_id=track_id,
        span=TimeSpan(clips[0].span.start, max(clip.span.end for clip in clips)),
        decision=decide(probability, calibration),
        score=1 / (1 + math.exp(-max(-60.0, min(60.0, logit)))),
        probability=probability,
        clips=tuple(clips),
        log10_lr=calibration.log10_lr(logit),
        notes=face_notes(clips, calibration),
    )
    return dataclasses.replace(face, suspicious_spans=suspicious_spans(face, calibration))


def judge_video(
    video: VideoInfo,
    faces: Sequence[FaceVerdict],
    set_aside: Sequence[SetAsideTrack],
    damage: VideoDamage,
    num_frames: int,
    provenance: Provenance,
) -> VideoVerdict:
    """The verdict of a video is that of its most suspicious face; without a scored face there is nothing to judge.

    `num_frames` counts the decoded frames. Decisions follow `provenance.calibration`. INCONCLUSIVE and NOT_APPLICABLE
    come with a reason in words; NOT_APPLICABLE has neither score nor probability.
    """
    log10_lr = None
    if faces:
        worst = max(faces, key=lambda face: face.score)
        decision = worst.decision
        score, probability, log10_lr = worst.score, worst.probability, worst.log10_lr
        reason = _why_inconclusive(worst, provenance.calibration) if decision is Decision.INCONCLUSIVE else None
    else:
        decision, score, probability = Decision.NOT_APPLICABLE, None, None
        reason = _why_not_applicable(set_aside, damage, num_frames)
    return VideoVerdict(
        video=video,
        decision=decision,
        score=score,
        probability=probability,
        reason=reason,
        faces=tuple(faces),
        set_aside=tuple(set_aside),
        damage=damage,
        num_frames=num_frames,
        provenance=provenance,
        log10_lr=log10_lr,
        notes=video_notes(video, provenance.calibration) if faces else (),
    )


def _why_inconclusive(face: FaceVerdict, calibration: Calibration) -> str:
    low, high = f"{100 * calibration.real_to:.4g} %", f"{100 * calibration.fake_from:.4g} %"
    reason = (
        "the evidence is too weak either way: the probability of forgery lies between "
        f"{low} (no signs of forgery up to there) and {high} (signs of forgery from there on)"
    )
    return reason + (", and it rests on a single clip" if len(face.clips) == 1 else "")


def _why_not_applicable(set_aside: Sequence[SetAsideTrack], damage: VideoDamage, num_frames: int) -> str:
    frames = "1 frame" if num_frames == 1 else f"{num_frames} frames"
    damaged = " (the file breaks off before its end)" if damage.truncated else ""
    if not set_aside:
        return f"no face was found in {frames}{damaged}"
    counts = Counter(track.reason for track in set_aside)
    most = counts.most_common(MOST_REASONS)
    named = [reason if count == 1 else f"{reason} ({count} faces)" for reason, count in most]
    if len(counts) > MOST_REASONS:
        more = len(counts) - MOST_REASONS
        named.append("1 more reason" if more == 1 else f"{more} more reasons")
    were = "the one face found was" if len(set_aside) == 1 else f"all {len(set_aside)} faces found were"
    return f"no face could be scored in {frames}{damaged}: {were} set aside: {'; '.join(named)}"
