from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from fakestormer.types import Decision, ProbabilityScale, ScoringRule, SegmentSearch, TimeSpan, VideoDamage
from fakestormer.verdict import (
    judge_face,
    judge_video,
    pool_faces,
    propose_segments,
    score_clips,
    score_timeline,
    suspicious_segments,
)

GENUINE, FORGED = -2.0, 3.5
RULE = ScoringRule()


def logits_of(num_clips: int, forged: slice = slice(0), seed: int = 0, noise: float = 0.6) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(GENUINE, noise, num_clips)
    logits[forged] += FORGED - GENUINE
    return logits


@pytest.fixture
def film(clip):
    """Clips of one face at a regular step, from logits."""

    def make(logits, step: float = 1.0, track_id: int = 0, start: float = 0.0):
        return [clip(float(logit), start + step * n, track_id=track_id) for n, logit in enumerate(logits)]

    return make


def test_a_minute_with_five_forged_seconds_is_fake_and_says_when(film, calibration):
    face = judge_face(0, film(logits_of(60, slice(20, 25))), RULE, calibration)
    assert face.decision is Decision.FAKE
    (found,) = face.segments
    assert found.span.start == pytest.approx(19.58)  # half-way between the last genuine and the first forged clip
    assert found.span.end == pytest.approx(24.58)
    assert found.span.start < found.peak_time < found.span.end
    assert found.probability == calibration.probability(found.logit) == face.probability
    assert found.peak_probability > found.probability  # the peak was chosen because it is high


def test_the_mean_alone_would_have_missed_it(film, calibration):
    logits = logits_of(60, slice(20, 25))
    assert calibration.probability(float(logits.mean())) < calibration.real_to


def test_a_genuine_face_does_not_become_suspicious_by_being_long(film, calibration):
    near = -0.6  # in between, close below the bar
    for num_clips in (60, 600, 7200):
        logits = np.random.default_rng(num_clips).normal(near, 0.8, num_clips)
        face = judge_face(0, film(logits), RULE, calibration)
        assert face.segments == ()
        assert face.decision is not Decision.FAKE


def test_two_forged_stretches_are_two_spans_in_order_of_time(film, calibration):
    logits = logits_of(120, slice(20, 26))
    logits[80:90] += FORGED - GENUINE
    spans = judge_face(0, film(logits), RULE, calibration).segments
    assert [round(one.span.middle) for one in spans] == [23, 85]
    assert all(before.span.end <= after.span.start for before, after in itertools.pairwise(spans))


def test_twice_the_density_finds_a_forged_second_and_a_half_closer(film, calibration):
    logits = logits_of(120, slice(40, 43), noise=0.3)
    (found,) = judge_face(0, film(logits, step=0.5), RULE, calibration).segments
    assert found.span.start == pytest.approx(20.0 + 0.08 - 0.25)
    assert found.span.end == pytest.approx(21.0 + 0.08 + 0.25)


def test_a_face_that_is_forged_throughout_is_one_span(film, calibration):
    face = judge_face(0, film(np.random.default_rng(1).normal(FORGED, 0.6, 30)), RULE, calibration)
    (found,) = face.segments
    assert found.span == TimeSpan(0.0, 29.16)
    assert found.logit == face.logit == pytest.approx(np.mean([one.logit for one in face.clips]))


def test_a_short_face_is_one_whole_and_keeps_its_mean(film, calibration):
    for logits in ([3.0], [-3.0, 3.0], [3.0, 2.0, 3.0, -1.0]):
        face = judge_face(0, film(logits), RULE, calibration)
        assert face.logit == pytest.approx(np.mean(logits))
        assert all(one.logit == face.logit for one in face.segments)


def test_spans_never_reach_beyond_the_clips_that_were_looked_at(film, calibration):
    clips = film(logits_of(40, slice(0, 8)), start=100.0)  # a shot that begins forged: a track ends at a cut
    (found,) = judge_face(0, clips, RULE, calibration).segments
    assert found.span.start == 100.0
    assert found.span.end == pytest.approx(107.58)


def test_other_weights_need_no_other_settings(film, calibration):
    """Logits in other units, with the calibration that belongs to them: the same spans and probabilities."""
    logits = logits_of(60, slice(20, 25))
    other = dataclasses.replace(calibration, slope=calibration.slope / 7, intercept=calibration.intercept - 3.0 / 7)
    here = judge_face(0, film(logits), RULE, calibration)
    there = judge_face(0, film(7 * logits + 3.0), RULE, other)
    assert there.segments[0].span == here.segments[0].span
    assert there.probability == pytest.approx(here.probability)


def test_proposals_come_best_first_and_do_not_overlap(film, calibration):
    proposed = propose_segments(
        score_clips(film(logits_of(50, slice(10, 15))), RULE), calibration, SegmentSearch(most_segments=10)
    )
    assert len(proposed) == 10
    assert [one.peak_probability for one in proposed] == sorted(
        (one.peak_probability for one in proposed), reverse=True
    )
    in_time = sorted(one.span for one in proposed)
    assert all(before.end <= after.start for before, after in itertools.pairwise(in_time))
    assert len(suspicious_segments(proposed, calibration)) == 1


def test_one_forged_face_among_genuine_ones_is_named(film, calibration, video, provenance):
    people = [
        judge_face(n, film(logits_of(60, slice(30, 35) if n == 1 else slice(0), seed=n), track_id=n), RULE, calibration)
        for n in range(3)
    ]
    assert [face.decision for face in people] == [Decision.REAL, Decision.FAKE, Decision.REAL]
    verdict = judge_video(video, people, [], VideoDamage(), 100, provenance)
    assert verdict.score == people[1].score
    assert people[1].probability / 3 < verdict.probability < people[1].probability
    if verdict.decision is not Decision.FAKE:
        assert "track 1 alone" in verdict.reason


def test_faces_that_agree_say_together_what_each_says_alone(film, calibration):
    face = judge_face(0, film([1.0] * 4), RULE, calibration)
    assert pool_faces([face] * 50, calibration) == pytest.approx(face.logit)


def test_the_highest_of_many_genuine_faces_does_not_make_the_video_fake(film, calibration, video, provenance):
    levels = np.random.default_rng(0).normal(-0.5, 1.0, 300)  # as many chances to pass the bar of 0.7 by itself
    people = [judge_face(n, film([level] * 3, track_id=n), RULE, calibration) for n, level in enumerate(levels)]
    assert any(face.decision is Decision.FAKE for face in people)
    assert judge_video(video, people, [], VideoDamage(), 100, provenance).decision is not Decision.FAKE


def test_the_timeline_has_a_point_for_every_clip_in_order_of_time(clip, calibration):
    face = judge_face(0, [clip(1.0, 5.0), clip(-1.0, 2.0)], RULE, calibration)
    points = score_timeline(face, ProbabilityScale(calibration, 0.01))
    assert [time for time, _, _ in points] == pytest.approx([2.08, 5.08])
    assert [logit for _, logit, _ in points] == [-1.0, 1.0]
    assert [chance for _, _, chance in points] == [calibration.probability(logit, 0.01) for logit in (-1.0, 1.0)]


def test_a_stretch_that_is_two_fifths_of_the_face_does_not_hide_its_own_level(film, calibration):
    logits = logits_of(20, slice(8, 16), noise=0.3)  # 4 of 10 seconds: with their edges most of the running mean
    (found,) = judge_face(0, film(logits, step=0.5), RULE, calibration).segments
    assert (found.span.start, found.span.end) == (pytest.approx(3.83), pytest.approx(7.83))


def test_a_forged_stretch_is_found_in_a_face_that_looks_suspicious_throughout(film, calibration):
    logits = logits_of(60, slice(20, 25), noise=0.3) + 4.0  # its own level alone passes the bar
    best = propose_segments(score_clips(film(logits), RULE), calibration, SegmentSearch())[0]
    assert (best.span.start, best.span.end) == (pytest.approx(19.58), pytest.approx(24.58))


def test_spans_do_not_depend_on_the_order_of_clips(film, calibration):
    clips, search = score_clips(film(logits_of(60, slice(20, 25))), RULE), SegmentSearch()
    assert propose_segments(clips[::-1], calibration, search) == propose_segments(clips, calibration, search)
