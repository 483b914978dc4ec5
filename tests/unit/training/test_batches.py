from __future__ import annotations

from dataclasses import replace

import pytest

from fakestormer.training.batches import step_numbers
from fakestormer.training.config import Optimisation
from fakestormer.types import ConfigError

SETTINGS = Optimisation(num_steps=4, pairs_per_step=2, single_frame_steps=2)


def test_single_frames_come_first_and_as_many_pictures_a_step() -> None:
    assert step_numbers(SETTINGS, num_frames=3, first_step=0) == [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10, 11],
        [12, 13],
        [14, 15],
    ]


def test_a_resumed_run_sees_the_pairs_that_are_left() -> None:
    whole = step_numbers(SETTINGS, num_frames=3, first_step=0)
    for first in range(5):
        assert step_numbers(SETTINGS, num_frames=3, first_step=first) == whole[first:]


def test_a_run_may_say_how_many_single_frames_a_step_sees() -> None:
    fewer = replace(SETTINGS, single_frame_pairs=3)
    assert step_numbers(fewer, num_frames=3, first_step=0) == [[0, 1, 2], [3, 4, 5], [6, 7], [8, 9]]
    assert step_numbers(fewer, num_frames=3, first_step=1) == [[3, 4, 5], [6, 7], [8, 9]]
    with pytest.raises(ConfigError, match="single_frame_pairs=3 must be at least 1 and needs single_frame_steps"):
        replace(fewer, single_frame_steps=0)
    with pytest.raises(ConfigError, match="single_frame_steps=5 must lie between 0 and num_steps=4"):
        replace(fewer, single_frame_steps=5)
