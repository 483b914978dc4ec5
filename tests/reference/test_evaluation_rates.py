"""Rates against slow references: pairs counted one by one, and scikit-learn on sets that were really resampled."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from fakestormer.evaluation.metrics import equal_error_rate, measure, measure_replicates


@st.composite
def scored_sets(draw):
    items = draw(st.lists(st.tuples(st.booleans(), st.integers(-4, 4)), min_size=2, max_size=25))
    is_fake = np.array([fake for fake, _ in items])
    is_fake[0], is_fake[1] = True, False
    return is_fake, np.array([score for _, score in items], dtype=float)


def auc_by_pairs(is_fake, scores):
    wins = [(fake > real) + (fake == real) / 2 for fake in scores[is_fake] for real in scores[~is_fake]]
    return sum(wins) / len(wins)


def error_by_steps(is_fake, scores):
    """The crossing, searched along the straight pieces of a curve whose points are counted threshold by threshold."""
    points = [(0.0, 0.0)]
    for threshold in sorted(set(scores), reverse=True):
        said = scores >= threshold
        points.append((said[~is_fake].mean(), said[is_fake].mean()))
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if x1 + y1 >= 1 - 1e-12:
            return x0 + (x1 - x0) * (1 - x0 - y0) / (x1 + y1 - x0 - y0)
    raise AssertionError


def hits_by_thresholds(is_fake, scores):
    """The best hit rate, trying every threshold with at most one false alarm in a hundred reals."""
    tried = [scores >= threshold for threshold in (*scores, np.inf)]
    return max(said[is_fake].mean() for said in tried if said[~is_fake].sum() * 100 <= (~is_fake).sum())


@given(scored_sets())
@settings(max_examples=30, deadline=None)
def test_auc_is_the_share_of_pairs_in_order_and_the_error_rate_the_crossing(scored):
    is_fake, scores = scored
    rates = measure(is_fake, scores)
    assert rates.auc == pytest.approx(auc_by_pairs(is_fake, scores))
    assert rates.equal_error_rate == pytest.approx(error_by_steps(is_fake, scores))
    assert rates.tpr_at_1_percent_fpr == pytest.approx(hits_by_thresholds(is_fake, scores))


@given(scored_sets())
@settings(max_examples=30, deadline=None)
def test_rates_depend_on_the_order_of_scores_alone(scored):
    is_fake, scores = scored
    assert measure(is_fake, scores) == pytest.approx(measure(is_fake, 1 / (1 + np.exp(-scores / 7))))


@given(scored_sets(), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_weighted_round_equals_the_rates_of_the_resampled_set(scored, seed):
    is_fake, scores = scored
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(scores), np.full(len(scores), 1 / len(scores)), size=3)
    for row, rates in zip(weights, measure_replicates(is_fake, scores, weights), strict=True):
        fakes, drawn = np.repeat(is_fake, row), np.repeat(scores, row)
        if fakes.all() or not fakes.any():
            assert np.isnan(rates).all()
        else:
            expected = (
                roc_auc_score(fakes, drawn),
                average_precision_score(fakes, drawn),
                equal_error_rate(fakes, drawn),
                hits_by_thresholds(fakes, drawn),
            )
            assert rates == pytest.approx(expected, abs=1e-12)
