"""Whatever a reader is shown of one verdict says the same: decision, probability, likelihood ratio, prior."""

from __future__ import annotations

import csv
import json
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakestormer.cli.wording import describe
from fakestormer.report import render_html, verdict_to_json, write_clips
from fakestormer.types import (
    Calibration,
    CalibrationSet,
    ClipEvidence,
    ClipSpec,
    Decision,
    Provenance,
    ScoringRule,
    TimeSpan,
    VideoDamage,
    VideoInfo,
)
from fakestormer.verdict import judge_face, judge_video

RULE = ScoringRule()
LOGITS = st.floats(-1e3, 1e3)
PRIORS = st.floats(1e-4, 1 - 1e-4)
VIDEO = VideoInfo("a.mp4", 640, 360, 25.0, 4.0, "h264", "yuv420p", 0)


# slope, intercept, thresholds, bounds; the calibration is made of them in the test, because the runtime type checker
# draws random items of a tuple and hypothesis wants no randomness of others inside its strategies
NUMBERS = st.tuples(
    st.floats(0.01, 10), st.floats(-5, 5), st.floats(0.01, 0.5), st.floats(0.5, 0.99), st.floats(-4, 0), st.floats(0, 4)
)


def calibrated(numbers):
    return Calibration(*numbers[:4], "a set", CalibrationSet("a set", 40, 2, 30, 60, 45, 3, *numbers[4:]))


def odds(probability):
    return probability / (1 - probability)


def clip(logit, track_id=0):
    zeros = np.zeros((4, 14, 14), np.float32)
    return ClipEvidence(
        track_id, TimeSpan(0.0, 0.16), logit, np.zeros(0), zeros[:, 0, 0], zeros, np.zeros((4, 2, 3)), 224
    )


def judge(calibration, prior, *logits):
    provenance = Provenance(
        "0", "lite", "00", "cc" * 32, ClipSpec(), "11", "PyAV", "scripted", RULE, calibration, "cpu"
    )
    faces = [judge_face(n, [clip(logit, n)], RULE, calibration, prior) for n, logit in enumerate(logits)]
    return judge_video(VIDEO, faces, [], VideoDamage(), 100, provenance, prior)


@given(NUMBERS, LOGITS, PRIORS)
def test_odds_are_prior_odds_times_the_likelihood_ratio(numbers, logit, prior):
    calibration = calibrated(numbers)
    ratio = 10 ** calibration.log10_lr(logit)
    assert odds(calibration.probability(logit, prior)) == pytest.approx(odds(prior) * ratio, rel=1e-6)


@given(NUMBERS, LOGITS)
def test_at_equal_priors_probability_and_ratio_are_on_the_same_side(numbers, logit):
    calibration = calibrated(numbers)
    probability, ratio = calibration.probability(logit), calibration.log10_lr(logit)
    assert (probability > 0.5) == (ratio > 1e-15) or abs(ratio) < 1e-12
    assert (probability < 0.5) == (ratio < -1e-15) or abs(ratio) < 1e-12


@given(NUMBERS, LOGITS, LOGITS, PRIORS)
def test_a_higher_logit_never_lowers_what_is_shown(numbers, one, other, prior):
    calibration = calibrated(numbers)
    low, high = sorted((one, other))
    assert calibration.probability(low, prior) <= calibration.probability(high, prior)
    assert calibration.log10_lr(low) <= calibration.log10_lr(high)


@given(NUMBERS, st.lists(LOGITS, min_size=1, max_size=3), PRIORS)
def test_the_decision_follows_the_likelihood_ratio_and_not_the_prior(numbers, logits, prior):
    calibration = calibrated(numbers)
    even, other = judge(calibration, 0.5, *logits), judge(calibration, prior, *logits)
    assert (even.decision, even.log10_lr) == (other.decision, other.log10_lr)
    for one, moved in ((even, other), *zip(even.faces, other.faces, strict=True)):
        assert odds(moved.probability) == pytest.approx(odds(prior) * 10**one.log10_lr, rel=1e-6)
        assert one.decision is not Decision.FAKE or one.log10_lr > 0
        assert one.decision is not Decision.REAL or one.log10_lr < 0


@settings(max_examples=25, deadline=None)
@given(NUMBERS, st.lists(LOGITS, min_size=1, max_size=2), PRIORS)
def test_terminal_page_json_and_table_show_one_probability(tmp_path_factory, numbers, logits, prior):
    calibration = calibrated(numbers)
    verdict = judge(calibration, prior, *logits)
    said = re.search(r"probability of forgery (.+? %) \((prior .+? %|equal priors)\)", describe(verdict))
    page = render_html(verdict).replace("\N{NO-BREAK SPACE}", " ")
    assert f"({said[2]}): <strong>{said[1]}</strong>" in page
    written = json.loads(json.dumps(verdict_to_json(verdict)))
    assert odds(written["probability"]) == pytest.approx(odds(written["prior"]) * 10 ** written["log10_lr"], rel=1e-6)
    assert math.isclose(100 * written["probability"], float(said[1][:-2]), abs_tol=0.5)
    table = tmp_path_factory.mktemp("table") / "clips.csv"
    write_clips([verdict], table)
    with table.open(encoding="utf-8", newline="") as stream:
        for row, logit in zip(csv.DictReader(stream), logits, strict=True):
            ratio = 10 ** calibration.log10_lr(logit)
            assert odds(float(row["probability"])) == pytest.approx(odds(float(row["prior"])) * ratio, rel=1e-4)
