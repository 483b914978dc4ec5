"""DeLong's test against its definition, every fake compared with every real, and against chance itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakestormer.evaluation.metrics import compare_areas, placements


@st.composite
def twice_scored_sets(draw):
    kinds = draw(st.lists(st.booleans(), max_size=12))
    is_fake = np.array([True, True, False, False, *kinds])
    scores = st.lists(st.integers(-3, 3), min_size=len(is_fake), max_size=len(is_fake))
    return is_fake, np.array(draw(scores), dtype=float), np.array(draw(scores), dtype=float)


def wins(fake, real):
    return 1.0 if fake > real else 0.5 if fake == real else 0.0


def components(is_fake, scores):
    fakes, reals = scores[is_fake], scores[~is_fake]
    of_fakes = [sum(wins(fake, real) for real in reals) / len(reals) for fake in fakes]
    of_reals = [sum(wins(fake, real) for fake in fakes) / len(fakes) for real in reals]
    return of_fakes, of_reals


def delong_by_pairs(is_fake, first, second):
    """Difference and variance from the two covariance matrices of the paper, entry by entry."""
    both = [components(is_fake, first), components(is_fake, second)]
    variance = 0.0
    for kind in (0, 1):
        (a, b), count = (both[0][kind], both[1][kind]), len(both[0][kind])
        mean = sum(a) / count, sum(b) / count
        covariance = [
            [
                sum((x[i] - mx) * (y[i] - my) for i in range(count)) / (count - 1)
                for y, my in zip((a, b), mean, strict=True)
            ]
            for x, mx in zip((a, b), mean, strict=True)
        ]
        variance += (covariance[0][0] + covariance[1][1] - 2 * covariance[0][1]) / count
    return sum(both[0][0]) / len(both[0][0]) - sum(both[1][0]) / len(both[1][0]), variance


@given(twice_scored_sets())
@settings(max_examples=40, deadline=None)
def test_mid_ranks_give_what_counting_every_pair_gives(scored):
    is_fake, first, second = scored
    for fast, slow in zip(placements(is_fake, first), components(is_fake, first), strict=True):
        assert fast == pytest.approx(slow)
    difference, variance = delong_by_pairs(is_fake, first, second)
    test = compare_areas(is_fake, first, second)
    if variance < 1e-20:
        assert test is None
        return
    assert test.difference == pytest.approx(difference, abs=1e-12)
    assert test.standard_error == pytest.approx(math.sqrt(variance))
    assert test.p_value == pytest.approx(math.erfc(abs(test.z) / math.sqrt(2)))


def test_detectors_of_equal_worth_are_told_apart_about_5_times_in_100():
    rng, found = np.random.default_rng(0), 0
    is_fake = np.arange(120) % 2 == 1
    for _ in range(200):
        shared = rng.normal(is_fake * 1.0, 1)
        test = compare_areas(is_fake, shared + rng.normal(0, 0.7, 120), shared + rng.normal(0, 0.7, 120))
        found += test.p_value < 0.05
    assert 3 <= found <= 19  # 10 expected


def test_the_order_of_the_detectors_turns_the_sign_alone():
    rng = np.random.default_rng(1)
    is_fake = np.arange(40) % 2 == 1
    first, second = rng.normal(is_fake, 1), rng.normal(is_fake, 1)
    there, back = compare_areas(is_fake, first, second), compare_areas(is_fake, second, first)
    assert (there.difference, there.z, there.p_value) == pytest.approx((-back.difference, -back.z, back.p_value))
