from __future__ import annotations

import numpy as np
import pytest

from fakestormer.evaluation import metrics
from fakestormer.evaluation.metrics import draw_weights, equal_error_rate, measure, measure_replicates, tpr_at_low_fpr


def test_perfect_scores_give_auc_one_and_no_error():
    rates = measure(np.array([False, False, True, True]), np.array([-2.0, -1.0, 1.0, 2.0]))
    assert rates == (1.0, 1.0, 0.0, 1.0)


def test_equal_scores_are_a_coin_toss():
    rates = measure(np.array([False, True, True]), np.zeros(3))
    assert rates.auc == 0.5
    assert rates.equal_error_rate == pytest.approx(0.5)


def test_the_equal_error_rate_is_read_between_the_points_of_the_curve():
    # curve (0, 0) (0, 1/2) (1/3, 1/2) (1/3, 1) (1, 1): hits = 1 - alarms on the vertical piece at alarms = 1/3
    is_fake = np.array([True, False, True, False, False])
    assert equal_error_rate(is_fake, np.array([5.0, 4.0, 3.0, 2.0, 1.0])) == pytest.approx(1 / 3)
    # a tie of one fake and one real makes a sloped piece from (0, 0) to (1/2, 1): they meet at alarms = 1/3
    assert equal_error_rate(np.array([True, False, False]), np.array([1.0, 1.0, 0.0])) == pytest.approx(1 / 3)


def test_hits_at_one_percent_are_read_at_a_threshold_that_exists():
    is_fake = np.array([True] * 4 + [False] * 200)
    reals = -np.arange(200.0)
    assert tpr_at_low_fpr(is_fake, np.array([1.0, -0.5, -1.5, -2.5, *reals])) == 0.75  # one, two, then three of 200
    assert tpr_at_low_fpr(is_fake[:103], np.array([1.0, -0.5, -1.5, -2.5, *reals[:99]])) == 0.25  # 1 of 99 is more
    assert tpr_at_low_fpr(np.array([True, False]), np.zeros(2)) == 0.0


def test_rates_without_reals_are_refused_rather_than_guessed():
    with pytest.raises(ValueError, match="0 reals and 2 fakes"):
        measure(np.array([True, True]), np.array([0.0, 1.0]))


def test_a_round_without_one_class_has_no_rates():
    rates = measure_replicates(np.array([False, True]), np.array([0.0, 1.0]), np.array([[1, 0], [0, 2], [1, 1]]))
    assert np.isnan(rates[:2]).all()
    assert rates[2].tolist() == [1.0, 1.0, 0.0, 1.0]


def test_clusters_are_drawn_whole_and_as_often_as_there_are_clusters():
    clusters = np.array([0, 0, 1, 2, 2, 2])
    (weights,) = draw_weights(clusters, 50, np.random.default_rng(0))
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_rounds_do_not_depend_on_the_size_of_a_block(monkeypatch):
    clusters = np.arange(7)
    whole = np.concatenate(list(draw_weights(clusters, 20, np.random.default_rng(3))))
    monkeypatch.setattr(metrics, "WEIGHTS_PER_BLOCK", 30)
    blocks = list(draw_weights(clusters, 20, np.random.default_rng(3)))
    assert [len(block) for block in blocks] == [4] * 5
    assert (np.concatenate(blocks) == whole).all()
