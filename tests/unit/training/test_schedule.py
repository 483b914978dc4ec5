from __future__ import annotations

import pytest

from fakestormer.training.config import Optimisation
from fakestormer.training.schedule import learning_rate
from fakestormer.types import ConfigError

AS_PUBLISHED = Optimisation(num_steps=200, pairs_per_step=1)


def test_the_rate_starts_low_peaks_after_a_quarter_and_ends_near_zero() -> None:
    rates = [learning_rate(step, AS_PUBLISHED) for step in range(200)]
    assert rates[0] == pytest.approx(1e-7)
    assert max(rates) == pytest.approx(5e-5)
    assert rates.index(max(rates)) == 50
    assert rates[-1] == pytest.approx(5e-5 / 150)


def test_the_rate_rises_and_falls_in_straight_lines() -> None:
    rates = [learning_rate(step, AS_PUBLISHED) for step in range(200)]
    assert rates[25] == pytest.approx((1e-7 + 5e-5) / 2)
    assert rates[125] == pytest.approx(2.5e-5)


def test_an_encoder_frozen_for_the_whole_run_is_refused() -> None:
    with pytest.raises(ConfigError, match="frozen_encoder_steps=10 leaves nothing of num_steps=10"):
        Optimisation(num_steps=10, pairs_per_step=1, frozen_encoder_steps=10)
