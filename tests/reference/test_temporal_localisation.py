"""Average precision and recall of stretches against slow versions written from their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.localisation.segment_metrics import (
    IOU_LEVELS,
    RECALL_LEVELS,
    Proposal,
    TimedVideo,
    average_precision,
    average_recall,
    measure_temporal,
)

from fakestormer.types import TimeSpan

NOTHING = (np.zeros(0), np.zeros(0, bool))


def iou_by_counting(one, other):
    """Both spans on a grid of hundredths."""
    a, b = (set(range(round(100 * span.start), round(100 * span.end))) for span in (one, other))
    return len(a & b) / len(a | b) + 1e-9  # a level that is met exactly counts


def slow_average_precision(videos, level):
    """For every cut of the ranking precision and recall anew; then the area under the best precision from there on."""
    ranked = sorted(((-one.score, number, one.span) for number, video in enumerate(videos) for one in video.proposals))
    total = sum(len(video.truth) for video in videos)
    curve = []
    for length in range(1, len(ranked) + 1):
        taken = set()
        for _, number, span in ranked[:length]:
            values = [
                (iou_by_counting(span, true), -place)
                for place, true in enumerate(videos[number].truth)
                if (number, place) not in taken
            ]
            if values and max(values)[0] >= level:
                taken.add((number, -max(values)[1]))
        curve.append((len(taken) / total, len(taken) / length))
    area, before = 0.0, 0.0
    for recall in sorted({recall for recall, _ in curve if recall}):
        area += (recall - before) * max(precision for other, precision in curve if other >= recall)
        before = recall
    return area


def slow_average_recall(videos, count):
    shares = []
    for level in RECALL_LEVELS:
        met = [
            any(
                iou_by_counting(one.span, true) >= level
                for one in sorted(video.proposals, key=lambda one: -one.score)[:count]
            )
            for video in videos
            for true in video.truth
        ]
        shares.append(sum(met) / len(met))
    return sum(shares) / len(shares)


def a_span(rng):
    start, length = rng.integers(0, 600), rng.integers(50, 400)
    return TimeSpan(start / 100, (start + length) / 100)


def a_set(seed):
    rng = np.random.default_rng(seed)
    videos = []
    for number in range(4):
        truth = [a_span(rng)] if number % 3 == 0 else []
        if number == 0:
            truth.append(TimeSpan(truth[0].end + 0.5, truth[0].end + 2.5))
        near = [
            TimeSpan(max(0.0, true.start + shift / 100), true.end + shift / 100)
            for true in truth
            for shift in (int(rng.integers(-60, 60)), int(rng.integers(-8, 8)))
        ]
        spans = [*near, *(a_span(rng) for _ in range(2))]
        proposals = tuple(
            Proposal(span, float(score)) for span, score in zip(spans, rng.random(len(spans)), strict=True)
        )
        videos.append(TimedVideo(tuple(truth), proposals, *NOTHING))
    return videos


@pytest.mark.parametrize("seed", range(3))
def test_average_precision_is_that_of_the_definition(seed):
    videos = a_set(seed)
    for level in IOU_LEVELS:
        assert average_precision(videos, level) == pytest.approx(slow_average_precision(videos, level))


@pytest.mark.parametrize("seed", range(3))
def test_average_recall_is_that_of_the_definition(seed):
    videos = a_set(seed)
    for count in (1, 2, 5):
        assert average_recall(videos, count) == pytest.approx(slow_average_recall(videos, count))


def test_perfect_proposals_have_precision_1_and_a_louder_false_alarm_in_a_genuine_video_halves_it():
    true = TimeSpan(2.0, 5.0)
    found = TimedVideo((true,), (Proposal(true, 1.0),), *NOTHING)
    assert measure_temporal([found]).average_precision == dict.fromkeys(("0.5", "0.75", "0.9", "0.95"), 1.0)
    alarm = TimedVideo((), (Proposal(TimeSpan(0.0, 1.0), 2.0),), *NOTHING)
    assert average_precision([found, alarm], 0.5) == pytest.approx(0.5)


def test_a_stretch_that_is_found_twice_counts_once():
    true = TimeSpan(2.0, 5.0)
    twice = TimedVideo((true,), (Proposal(true, 2.0), Proposal(true, 1.0)), *NOTHING)
    assert average_precision([twice], 0.5) == 1.0
    late = TimedVideo((true,), (Proposal(TimeSpan(8.0, 9.0), 3.0), Proposal(true, 2.0)), *NOTHING)
    assert average_precision([late], 0.5) == 0.5


def test_without_forged_stretches_or_proposals_nothing_is_claimed():
    empty = measure_temporal([TimedVideo((), (), *NOTHING)])
    assert (empty.average_precision, empty.average_recall, empty.second_auc, empty.second_auc_within) == (None,) * 4
    missed = measure_temporal([TimedVideo((TimeSpan(0.0, 1.0),), (), *NOTHING)])
    assert set(missed.average_precision.values()) == {0.0}


def test_seconds_are_ordered_over_all_videos_and_within_each():
    low = TimedVideo((), (), np.array([0.0, 1.0, 2.0]), np.array([False, False, True]))
    high = TimedVideo((), (), np.array([10.0, 11.0]), np.array([False, True]))
    found = measure_temporal([low, high])
    assert found.second_auc_within == 1.0
    assert found.second_auc == pytest.approx(5 / 6)  # the genuine second of `high` is above the forged one of `low`
