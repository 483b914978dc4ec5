"""The bounds of the likelihood ratio against the definition, tried out at every threshold of a fine grid."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakestormer.evaluation.calibration_set import measure_bounds

STEP = 0.002
GRID = np.arange(-4000, 4001) * STEP + STEP / 3


def plain_bounds(fakes, reals):
    """From even odds outwards, the last threshold at which deciding by the ratios costs less than without them."""
    fakes, reals = np.append(fakes, -np.inf), np.append(reals, np.inf)

    def helps(log_threshold):
        threshold = 10**log_threshold
        prior = 1 / (1 + threshold)  # of forged, where a ratio of this size balances the odds
        cost = prior * np.mean(fakes <= log_threshold) + (1 - prior) * np.mean(reals > log_threshold)
        return cost < min(prior, 1 - prior)

    below, above = GRID[GRID < 0][::-1], GRID[GRID > 0]
    return tuple(max([0.0, *itertools.takewhile(helps, side)], key=abs) for side in (below, above))


ratios = st.lists(st.integers(-1500, 1500).map(lambda k: k * STEP), min_size=1, max_size=12)


@settings(max_examples=10, deadline=None)
@given(ratios, ratios)
def test_bounds_are_where_the_ratios_stop_helping(fakes, reals):
    is_fake = np.array([True] * len(fakes) + [False] * len(reals))
    found = measure_bounds(is_fake, np.array(fakes + reals, float))
    assert found == pytest.approx(plain_bounds(fakes, reals), abs=2 * STEP)


def test_perfect_ratios_are_bounded_by_the_number_of_files():
    is_fake = np.array([True] * 19 + [False] * 9)
    low, high = measure_bounds(is_fake, np.where(is_fake, 9.0, -9.0))
    assert high == pytest.approx(np.log10(10 * 19 / 20))
    assert low == pytest.approx(-np.log10(20 * 9 / 10))


def test_ratios_that_mislead_support_nothing():
    is_fake = np.array([True] * 9 + [False] * 9)
    assert measure_bounds(is_fake, np.where(is_fake, -1.0, 1.0)) == (0.0, 0.0)


def test_ratios_behind_some_that_do_not_help_are_not_supported():
    fakes, reals = [0.3] * 10 + [1.9] * 30, [0.25] * 6 + [-1.0] * 93
    is_fake = np.repeat([True, False], [len(fakes), len(reals)])
    narrow = measure_bounds(is_fake, np.array(fakes + reals))[1]
    fakes[:10], reals[:6] = [1.9] * 10, [-1.0] * 6
    assert narrow < measure_bounds(is_fake, np.array(fakes + reals))[1]
