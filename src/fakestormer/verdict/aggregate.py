"""Clips to face to video.

The mean of a face's clips speaks for the face, or its strongest segment where that says more. For the video speak all
faces: the likelihood ratio of "one of these faces is forged" is the mean of theirs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from fakestormer.types import (
    EQUAL_PRIORS,
    Calibration,
    ClipEvidence,
    Decision,
    FaceVerdict,
    ProbabilityScale,
    Provenance,
    ScoringRule,
    SetAsideTrack,
    TimeSpan,
    VideoDamage,
    VideoInfo,
    VideoVerdict,
    WeightsError,
    logistic,
)
from fakestormer.verdict.quality import face_notes, video_notes
from fakestormer.verdict.scoring import score_clips
from fakestormer.verdict.segments import propose_segments, suspicious_segments

MOST_REASONS = 3  # so many different reasons are named in one sentence


def judge_face(
    track_id: int,
    clips: Sequence[ClipEvidence],
    rule: ScoringRule,
    calibration: Calibration,
    prior: float = EQUAL_PRIORS,
) -> FaceVerdict:
    """The verdict of one face: its logit is the mean over its clips (method, section 7), or its strongest segment's.

    The result does not depend on the order of the clips, which it holds in order of time. Evidence frames are left
    empty.

    Args:
        track_id: the face.
        clips: its evidence.
        rule: how evidence becomes logits; without a segment search the mean alone counts.
        calibration: how a logit becomes a likelihood ratio and a decision.
        prior: the probability of forgery before the examination; decisions and segments do not depend on it.

    Raises:
        ValueError: no clips, or clips of another track.
        WeightsError: a clip's logit is not a finite number.
    """
    if not clips or any(clip.track_id != track_id for clip in clips):
        found = sorted({clip.track_id for clip in clips})
        raise ValueError(f"track {track_id} needs clips of its own to be judged, got {len(clips)} of tracks {found}")
    scored = sorted(score_clips(clips, rule), key=lambda clip: (clip.span, clip.logit))
    logits = np.array([clip.logit for clip in scored], dtype=np.float64)
    if not np.isfinite(logits).all():
        raise WeightsError(
            f"the model answered {float(logits[~np.isfinite(logits)][0])} for a clip of face {track_id} at "
            f"{scored[0].span.start:.2f} s: the weights are damaged or their training diverged, choose others"
        )
    proposed = propose_segments(scored, calibration, rule.segments, prior=prior) if rule.segments else ()
    logit = max(math.fsum(logits) / len(logits), *(one.logit for one in proposed), -math.inf)
    return FaceVerdict(
        track_id=track_id,
        span=TimeSpan(scored[0].span.start, max(clip.span.end for clip in scored)),
        decision=calibration.decide(logit),
        logit=logit,
        score=logistic(logit),
        probability=calibration.probability(logit, prior),
        clips=tuple(scored),
        segments=suspicious_segments(proposed, calibration),
        log10_lr=calibration.log10_lr(logit),
        notes=face_notes(clips, calibration),
    )


def pool_faces(faces: Sequence[FaceVerdict], calibration: Calibration) -> float:
    """The logit that has the likelihood ratio of "one of these faces is forged, whichever it is".

    That ratio is the mean of the faces' ratios: before the examination, each face is as likely to be the forged one as
    any other. So one forged face among k costs a factor of k at most, and the highest of many genuine faces does not
    turn the video into a forgery. The mean is taken without bounds: the bounds were measured on whole files, so
    `Calibration` holds the result within them, once.
    """
    if len(faces) == 1:
        return faces[0].logit
    ratios = np.array([calibration.log_ratio(face.logit) for face in faces], dtype=np.float64)
    pooled = float(np.logaddexp.reduce(ratios)) - math.log(len(faces))
    return (pooled - calibration.intercept) / calibration.slope


def judge_video(
    video: VideoInfo,
    faces: Sequence[FaceVerdict],
    set_aside: Sequence[SetAsideTrack],
    damage: VideoDamage,
    num_frames: int,
    provenance: Provenance,
    prior: float = EQUAL_PRIORS,
) -> VideoVerdict:
    """The verdict of a video: whether one of its faces is forged; without a scored face there is nothing to judge.

    `score` is that of the most suspicious face, likelihood ratio, probability and decision rest on all of them
    (`pool_faces`). `num_frames` counts the decoded frames. `prior` is that of the faces as well. INCONCLUSIVE and
    NOT_APPLICABLE come with a reason in words; NOT_APPLICABLE has neither score nor probability.
    """
    calibration = provenance.calibration
    decision, reason, score, probability, log10_lr = Decision.NOT_APPLICABLE, None, None, None, None
    if faces:
        pooled = pool_faces(faces, calibration)
        worst = max(faces, key=lambda face: face.logit)
        score, decision = worst.score, calibration.decide(pooled)
        probability, log10_lr = calibration.probability(pooled, prior), calibration.log10_lr(pooled)
        if decision is Decision.INCONCLUSIVE:
            reason = _why_inconclusive(worst, len(faces), ProbabilityScale(calibration, prior))
    else:
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
        notes=video_notes(video, calibration) if faces else video.notes,
        prior=prior,
    )


def _why_inconclusive(worst: FaceVerdict, num_faces: int, scale: ProbabilityScale) -> str:
    low, high = f"{100 * scale.real_to:.4g} %", f"{100 * scale.fake_from:.4g} %"
    reason = (
        f"the probability of forgery lies between the thresholds: up to {low} there are no signs of forgery, "
        f"from {high} on there are"
    )
    if worst.decision is Decision.FAKE:
        return (
            f"{reason}; the face of track {worst.track_id} alone reaches {high}, but {num_faces} faces were examined, "
            "and the most suspicious of many genuine faces may do so by chance: look at that face"
        )
    return reason + ("; the answer rests on a single clip" if len(worst.clips) == 1 else "")


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
