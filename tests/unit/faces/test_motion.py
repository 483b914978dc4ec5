from __future__ import annotations

import numpy as np
import pytest

from fakestormer.faces import measure_motion


def test_motion_is_the_mean_change_from_frame_to_frame():
    images = np.full((3, 16, 16, 3), 100, np.uint8)
    assert measure_motion(images) == 0
    images[1, :8] = 90
    images[2] = 110
    assert measure_motion(images) == pytest.approx((5 + 15) / 2)
    assert measure_motion(images[:1]) is None
