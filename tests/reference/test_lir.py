"""Cllr, its minimum, the bounds of the ratio and the Tippett plot against the package `lir` (see make_lir.py)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fakestormer.evaluation.calibration_set import measure_bounds
from fakestormer.evaluation.probabilities import measure_probabilities

SETS = json.loads(Path(__file__).with_name("lir.json").read_text(encoding="utf-8"))
STEP = 0.01  # lir looks for its bounds in steps of this size and stays one step inside


@pytest.fixture(params=SETS, ids=lambda one: f"{one['is_fake'].count(0)} genuine, {one['is_fake'].count(1)} fake")
def judged(request):
    one = request.param
    return one, np.array(one["is_fake"], bool), np.array(one["log10_lrs"])


def test_cllr_and_its_minimum_are_those_of_lir(judged):
    theirs, is_fake, ratios = judged
    ours = measure_probabilities(is_fake, 1 / (1 + 10.0**-ratios))
    assert (ours.cllr, ours.cllr_min) == pytest.approx((theirs["cllr"], theirs["cllr_min"]), abs=1e-9)


def test_bounds_are_those_of_lir_but_for_the_size_of_its_steps(judged):
    theirs, is_fake, ratios = judged
    assert measure_bounds(is_fake, ratios) == pytest.approx(theirs["elub"], abs=2 * STEP)


def test_the_curves_of_the_tippett_plot_are_those_of_lir(judged):
    pytest.importorskip("matplotlib")
    from fakestormer.evaluation.figures.calibration import share_above

    theirs, is_fake, ratios = judged
    for name, values in (("tippett_fakes", ratios[is_fake]), ("tippett_reals", ratios[~is_fake])):
        x, y = share_above(values, 10.0)
        # A staircase drawn "post": at x stands the share of values above x; lir counts those at x, too.
        drawn = [100 * y[np.searchsorted(x, place, side="left") - 1] for place, _ in theirs[name]]
        assert drawn == pytest.approx([share for _, share in theirs[name]])
