"""Answers and probabilities against slow references, written from the definitions, and scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, brier_score_loss
from sklearn.utils.class_weight import compute_sample_weight

from fakestormer.evaluation.probabilities import AnswerRates, measure_answers, measure_costs, measure_probabilities


@st.composite
def judged_sets(draw):
    items = draw(st.lists(st.tuples(st.booleans(), st.integers(1, 39)), min_size=2, max_size=20))
    is_fake = np.array([fake for fake, _ in items])
    is_fake[0], is_fake[1] = True, False
    return is_fake, np.array([step for _, step in items]) / 40


def cost(fake_ratios, real_ratios):
    """Cllr, equation by equation: half the mean penalty of the fakes and half that of the reals."""
    missed = sum(math.log2(1 + 1 / ratio) if ratio else math.inf for ratio in fake_ratios) / len(fake_ratios)
    alarmed = sum(math.log2(1 + ratio) for ratio in real_ratios) / len(real_ratios)
    return (missed + alarmed) / 2


def best_ratios(is_fake, scores):
    """Likelihood ratios of pool-adjacent-violators: the monotone posterior by its max-min formula, less the prior odds.

    Unlike the implementation this counts every file once, so that the odds of the set have to be taken out.
    """
    levels = sorted(set(scores))
    shares = {}
    for level in levels:
        starts, ends = [x for x in levels if x <= level], [x for x in levels if x >= level]
        shares[level] = max(min(is_fake[(scores >= a) & (scores <= b)].mean() for b in ends) for a in starts)
    odds = [shares[score] / (1 - shares[score]) if shares[score] < 1 else math.inf for score in scores]
    return np.array(odds) / (is_fake.sum() / (~is_fake).sum())


def calibration_error(is_fake, probabilities):
    """Bin by bin; reals and fakes are given the same weight."""
    weights = np.where(is_fake, 1 / is_fake.sum(), 1 / (~is_fake).sum()) / 2
    total = 0.0
    for number in range(10):
        low, high = number / 10, (number + 1) / 10
        inside = (probabilities >= low) & ((probabilities < high) | (number == 9))
        if inside.any():
            share = np.average(is_fake[inside], weights=weights[inside])
            total += weights[inside].sum() * abs(np.average(probabilities[inside], weights=weights[inside]) - share)
    return total


@given(judged_sets())
@settings(max_examples=30, deadline=None)
def test_brier_calibration_error_and_likelihood_ratio_cost_are_their_definitions(judged):
    is_fake, probabilities = judged
    rates = measure_probabilities(is_fake, probabilities)
    ratios, best = probabilities / (1 - probabilities), best_ratios(is_fake, probabilities)
    even = compute_sample_weight("balanced", is_fake)
    assert rates.brier_score == pytest.approx(brier_score_loss(is_fake, probabilities, sample_weight=even))
    assert rates.expected_calibration_error == pytest.approx(calibration_error(is_fake, probabilities))
    assert rates.cllr == pytest.approx(cost(ratios[is_fake], ratios[~is_fake]))
    assert rates.cllr_min == pytest.approx(cost(best[is_fake], best[~is_fake]), abs=1e-12)
    assert rates.calibration_loss == pytest.approx(rates.cllr - rates.cllr_min, abs=1e-12)


@given(judged_sets(), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_weighted_round_costs_what_the_resampled_set_costs(judged, seed):
    is_fake, probabilities = judged
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(is_fake), np.full(len(is_fake), 1 / len(is_fake)), size=3)
    for row, costs in zip(weights, measure_costs(is_fake, probabilities, weights), strict=True):
        fakes, drawn = np.repeat(is_fake, row), np.repeat(probabilities, row)
        if fakes.all() or not fakes.any():
            assert np.isnan(costs).all()
        else:
            rates = measure_probabilities(fakes, drawn)
            assert costs == pytest.approx((rates.brier_score, rates.cllr))


@given(judged_sets(), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_answers_are_counted_file_by_file_in_the_resampled_set(judged, seed):
    is_fake, probabilities = judged
    answers = np.where(probabilities >= 0.7, 1, np.where(probabilities <= 0.2, -1, 0))
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(is_fake), np.full(len(is_fake), 1 / len(is_fake)), size=3)
    for row, measured in zip(weights, measure_answers(is_fake, probabilities, answers, weights), strict=True):
        fakes, said, above = np.repeat(is_fake, row), np.repeat(answers, row), np.repeat(probabilities >= 0.5, row)
        if fakes.all() or not fakes.any():
            assert np.isnan(measured).all()
            continue
        rates = AnswerRates(*measured)
        assert rates.balanced_accuracy == pytest.approx(balanced_accuracy_score(fakes, above))
        assert rates.true_positive_rate == pytest.approx(np.mean(said[fakes] == 1))
        assert rates.false_positive_rate == pytest.approx(np.mean(said[~fakes] == 1))
        assert rates.false_negative_rate == pytest.approx(np.mean(said[fakes] == -1))
        right = (np.mean(said[fakes] == 1) + np.mean(said[~fakes] == -1)) / 2
        assert rates.balanced_accuracy_at_thresholds == pytest.approx(right)
        assert rates.inconclusive_rate == pytest.approx((np.mean(said[fakes] == 0) + np.mean(said[~fakes] == 0)) / 2)
