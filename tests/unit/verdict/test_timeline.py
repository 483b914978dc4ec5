from __future__ import annotations

import dataclasses

import pytest

from fakestormer.types import TimeSpan
from fakestormer.verdict import judge_face, score_timeline, suspicious_spans

CALM, FORGED = -3.0, 3.0


def test_the_timeline_has_a_point_for_every_clip_in_order_of_time(clip, calibration):
    face = judge_face(0, [clip(1.0, 5.0), clip(-1.0, 2.0)], calibration)
    points = score_timeline(face, calibration)
    assert [time for time, _, _ in points] == pytest.approx([2.08, 5.08])
    assert [logit for _, logit, _ in points] == [-1.0, 1.0]
    assert [chance for _, _, chance in points] == [calibration.probability(-1.0), calibration.probability(1.0)]


@pytest.mark.parametrize(
    ("logits", "spans"),
    [
        ([CALM, CALM, CALM], []),
        ([FORGED, FORGED, FORGED], [(0.0, 2.16)]),
        ([FORGED, CALM, FORGED], [(0.0, 0.16), (2.0, 2.16)]),
        ([CALM, FORGED, FORGED, CALM], [(1.0, 2.16)]),
    ],
)
def test_spans_join_neighbours_that_are_suspicious(clip, calibration, logits, spans):
    face = judge_face(0, [clip(logit, float(second)) for second, logit in enumerate(logits)], calibration)
    assert [(span.start, span.end) for span in suspicious_spans(face, calibration)] == spans


def test_spans_of_overlapping_clips_do_not_overlap(clip, calibration):
    clips = [
        clip(FORGED, 0.0, 2.0),
        clip(CALM, 0.5, 2.5),
        clip(FORGED, 1.0, 3.0),
        clip(CALM, 4.0),
        clip(FORGED, 5.0, 7.0),
    ]
    spans = suspicious_spans(judge_face(0, clips, calibration), calibration)
    assert spans == (TimeSpan(0.0, 3.0), TimeSpan(5.0, 7.0))


def test_spans_do_not_depend_on_the_order_of_clips(clip, calibration):
    face = judge_face(0, [clip(FORGED, 0.0), clip(CALM, 1.0), clip(FORGED, 2.0)], calibration)
    turned = dataclasses.replace(face, clips=face.clips[::-1])
    assert suspicious_spans(turned, calibration) == suspicious_spans(face, calibration)
