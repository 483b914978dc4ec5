from __future__ import annotations

import numpy as np
import pytest

from fakestormer.video import spread_indices


def test_indices_lie_in_the_middle_of_equal_parts():
    assert spread_indices(100, 4).tolist() == [12, 37, 62, 87]
    assert spread_indices(9, 1).tolist() == [4]


def test_a_short_video_gives_all_its_frames():
    assert spread_indices(3, 10).tolist() == [0, 1, 2]
    assert spread_indices(0, 10).tolist() == []


@pytest.mark.parametrize("num_frames", [1, 2, 7, 32, 1001])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 32])
def test_indices_increase_and_exist(num_frames, count):
    indices = spread_indices(num_frames, count)
    assert len(indices) == min(count, num_frames)
    assert (np.diff(indices) > 0).all()
    assert ((indices >= 0) & (indices < num_frames)).all()


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="count=-1"):
        spread_indices(5, -1)
