from __future__ import annotations

from fakestormer.training.batches import step_numbers
from fakestormer.training.config import Optimisation

SETTINGS = Optimisation(num_steps=4, pairs_per_step=2)


def test_every_step_sees_pairs_of_its_own() -> None:
    assert step_numbers(SETTINGS, first_step=0) == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_a_resumed_run_sees_the_pairs_that_are_left() -> None:
    whole = step_numbers(SETTINGS, first_step=0)
    for first in range(5):
        assert step_numbers(SETTINGS, first_step=first) == whole[first:]
