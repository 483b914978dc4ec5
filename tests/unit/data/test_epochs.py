from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fakestormer.data.cache import CachedTrack
from fakestormer.data.epochs import EpochOrder
from fakestormer.data.training_set import ClipSampling
from fakestormer.types import ConfigError


def track(num_frames: int, missing: int | None = None) -> CachedTrack:
    found = np.ones(num_frames, bool)
    if missing is not None:
        found[missing] = False
    return CachedTrack(Path("none"), 0, "film", "anna", "", "facemesh468", found)


def test_an_epoch_shows_every_clip_once_and_none_overlap() -> None:
    order = EpochOrder([track(256)], 4, seed=0)
    number, phases = 0, set()
    for _ in range(5):
        _, first = order.clip(number)
        phase = first % 4
        count = len(range(phase, 253, 4))  # 64 clips at phase 0, 63 at the others
        starts = [order.clip(number + one)[1] for one in range(count)]
        assert sorted(starts) == list(range(phase, 253, 4))
        assert starts != sorted(starts)
        number += count
        phases.add(phase)
    assert len(phases) > 1


def test_a_clip_is_the_same_whoever_asks_and_in_which_order() -> None:
    tracks = [track(30), track(21, missing=9), track(4)]
    asked = EpochOrder(tracks, 4, seed=7)
    there = [asked.clip(number) for number in range(40)]
    assert [EpochOrder(tracks, 4, seed=7).clip(number) for number in reversed(range(40))] == there[::-1]
    assert [EpochOrder(tracks, 4, seed=8).clip(number) for number in range(40)] != there


def test_no_clip_holds_a_frame_without_landmarks_and_a_short_track_is_not_passed_by() -> None:
    tracks = [track(21, missing=9), track(4)]
    order = EpochOrder(tracks, 4, seed=1)
    clips = [order.clip(number) for number in range(60)]
    assert all(not start <= 9 < start + 4 for place, start in clips if place == 0)
    assert (1, 0) in clips


def test_what_whole_epochs_cannot_give_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"still_share=0\.25"):
        ClipSampling(whole_epochs=True)
