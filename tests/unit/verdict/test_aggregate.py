from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest

from fakestormer.types import (
    PLAIN_MEAN,
    Decision,
    FaceSizeNormalisation,
    ScoringRule,
    SetAsideTrack,
    TimeSpan,
    VideoDamage,
    WeightsError,
)
from fakestormer.verdict import judge_face, judge_video

NO_DAMAGE = VideoDamage()
RULE = ScoringRule()


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def test_a_faces_score_is_the_logistic_of_its_mean_logit_and_not_the_mean_of_scores(clip, calibration):
    face = judge_face(0, [clip(4.0), clip(-1.0, 1.0)], RULE, calibration)
    assert face.score == pytest.approx(logistic(1.5))
    assert face.score != pytest.approx((logistic(4.0) + logistic(-1.0)) / 2, abs=1e-3)


def test_the_probability_is_the_calibrated_mean_logit(clip, calibration):
    skewed = dataclasses.replace(calibration, slope=0.5, intercept=-1.0)
    face = judge_face(0, [clip(4.0), clip(2.0, 1.0)], RULE, skewed)
    assert face.probability == pytest.approx(logistic(0.5 * 3.0 - 1.0))
    assert face.score == pytest.approx(logistic(3.0))


def test_thresholds_belong_to_their_decision_and_between_them_nothing_is_decided(calibration):
    at = calibration.logit_at
    assert calibration.decide(at(0.7001)) is Decision.FAKE
    assert calibration.decide(at(0.2999)) is Decision.REAL
    assert calibration.decide(at(0.5)) is Decision.INCONCLUSIVE


def test_by_the_published_rule_a_face_is_the_plain_mean_of_its_clips_however_long_it_is_seen(clip, calibration):
    logits = [-3.0, -2.5, -2.0] * 10
    logits[12:15] = [9.0, 8.0, 7.5]  # a segment that, as a rule, speaks in place of the mean
    clips = [clip(logit, float(second)) for second, logit in enumerate(logits)]
    plain, searched = (judge_face(0, clips, rule, calibration) for rule in (PLAIN_MEAN, RULE))
    assert plain.logit == math.fsum(logits) / len(logits)
    assert plain.segments == ()
    assert plain.decision is Decision.REAL
    assert (searched.logit > plain.logit, searched.decision) == (True, Decision.FAKE)


def test_a_face_is_judged_by_what_both_members_say_and_by_its_size(clip, calibration):
    to_frame = np.tile(np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]), (4, 1, 1))
    clips = [
        dataclasses.replace(clip(logit, float(n)), frame_logits=np.full(4, 3.0 * n), to_frame=to_frame)
        for n, logit in enumerate((1.0, 2.0, 6.0))
    ]
    rule = ScoringRule(0.5, 2.0, 0.0, FaceSizeNormalisation(1.0, 0.5, 4.0), segments=None)
    face = judge_face(0, clips, rule, calibration)
    assert face.logit == pytest.approx(0.5 * (3.0 - 2.0) + 2.0 * 3.0 - math.log(2.0))
    assert [one.evidence.clip_logit for one in face.clips] == [1.0, 2.0, 6.0]


def test_the_order_of_clips_does_not_matter(clip, calibration):
    clips = [clip(0.1, 0.0), clip(0.2, 1.0), clip(1e9, 2.0), clip(-1e9, 3.0)]
    faces = [judge_face(0, order, RULE, calibration) for order in itertools.permutations(clips)]
    assert {(face.score, face.probability, face.span) for face in faces} == {
        (faces[0].score, faces[0].probability, TimeSpan(0.0, 3.16))
    }
    assert all([one.span.start for one in face.clips] == [0.0, 1.0, 2.0, 3.0] for face in faces)


def test_a_face_without_clips_or_with_anothers_is_a_programmers_error(clip, calibration):
    with pytest.raises(ValueError, match="track 0 needs clips of its own"):
        judge_face(0, [], RULE, calibration)
    with pytest.raises(ValueError, match=r"tracks \[1\]"):
        judge_face(0, [clip(0.0, track_id=1)], RULE, calibration)


@pytest.mark.parametrize("logit", [math.nan, math.inf])
def test_weights_that_give_no_number_are_refused_with_one_sentence(clip, calibration, logit):
    with pytest.raises(WeightsError, match=f"answered {logit} for a clip of face 0"):
        judge_face(0, [clip(1.0), clip(logit, 1.0)], RULE, calibration)


def test_one_forged_face_of_two_is_enough(clip, calibration, video, provenance):
    calm, forged = (
        judge_face(0, [clip(-4.0)], RULE, calibration),
        judge_face(1, [clip(3.0, track_id=1)], RULE, calibration),
    )
    verdict = judge_video(video, [calm, forged], [], NO_DAMAGE, 100, provenance)
    assert verdict.decision is Decision.FAKE
    assert verdict.score == forged.score
    odds = (math.exp(3.0) + math.exp(-4.0)) / 2  # either of the two may be the forged one
    assert verdict.probability == pytest.approx(odds / (1 + odds))
    assert verdict.reason is None
    assert verdict.faces == (calm, forged)


def test_an_inconclusive_video_says_why(clip, calibration, video, provenance):
    verdict = judge_video(video, [judge_face(0, [clip(0.0)], RULE, calibration)], [], NO_DAMAGE, 4, provenance)
    assert verdict.decision is Decision.INCONCLUSIVE
    assert "between the thresholds" in verdict.reason
    assert "30 %" in verdict.reason
    assert "70 %" in verdict.reason
    assert "single clip" in verdict.reason


@pytest.mark.parametrize(("num_frames", "said"), [(1, "in 1 frame"), (250, "in 250 frames")])
def test_without_a_face_there_is_no_score_but_a_reason(video, provenance, num_frames, said):
    verdict = judge_video(video, [], [], NO_DAMAGE, num_frames, provenance)
    assert verdict.decision is Decision.NOT_APPLICABLE
    assert (verdict.score, verdict.probability) == (None, None)
    assert verdict.reason == f"no face was found {said}"


def test_faces_that_were_all_set_aside_are_named_with_their_reasons(video, provenance):
    aside = [SetAsideTrack(n, TimeSpan(0.0, 1.0), "too small") for n in range(3)]
    aside += [SetAsideTrack(7, TimeSpan(0.0, 1.0), reason) for reason in ("too short", "left", "blurred")]
    reason = judge_video(video, [], aside, NO_DAMAGE, 9, provenance).reason
    assert "all 6 faces found were set aside" in reason
    assert "too small (3 faces)" in reason
    assert "too short" in reason
    assert "1 more reason" in reason


def test_damage_is_kept_and_a_truncated_file_without_a_face_says_so(video, provenance):
    damage = VideoDamage(3, truncated=True)
    verdict = judge_video(video, [], [], damage, 9, provenance)
    assert verdict.damage == damage
    assert "breaks off" in verdict.reason
