from __future__ import annotations

import numpy as np

from fakestormer.faces.scene import change_between, find_cuts, thumbnail


def picture(seed: int) -> np.ndarray:
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.kron(blocks, np.ones((30, 30, 1), dtype=np.uint8))


def test_the_same_picture_has_not_changed() -> None:
    assert change_between(thumbnail(picture(0)), thumbnail(picture(0))) == 0


def test_another_picture_is_a_large_change() -> None:
    assert change_between(thumbnail(picture(0)), thumbnail(picture(1))) > 1.5


def test_a_small_shift_or_brightening_is_a_small_change() -> None:
    shifted = np.roll(picture(0), 3, axis=1)
    brighter = np.clip(picture(0).astype(int) + 4, 0, 255).astype(np.uint8)
    assert change_between(thumbnail(picture(0)), thumbnail(shifted)) < 0.8
    assert change_between(thumbnail(picture(0)), thumbnail(brighter)) < 0.8


def test_a_change_that_stands_out_is_a_cut() -> None:
    assert find_cuts([0.0, 0.1, 0.2, 1.8, 0.1, 0.2]) == (False, False, False, True, False, False)


def test_a_camera_that_is_shaken_all_the_time_makes_no_cuts() -> None:
    assert not any(find_cuts([0.0, 1.2, 1.4, 1.3, 1.1, 1.5, 1.2]))


def test_two_frames_of_two_shots_are_cut() -> None:
    assert find_cuts([0.0, 2.0]) == (False, True)
    assert find_cuts([]) == ()
