from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.faces.test_clip import SPEC, frame, track_over

from fakestormer.faces import ClipCutter, box_at, crop_affine, cut_crop, plan_clips
from fakestormer.types import ClipSpec, WindowSpec

WINDOWED = replace(SPEC, window=WindowSpec(num_frames=16, image_size=24, box_enlargement=0.1))


def test_a_window_lies_around_its_clip_and_within_the_track() -> None:
    plans = plan_clips(track_over(10, 59), WINDOWED, interval=0.4, frame_rate=25.0)
    assert len(plans) > 3
    for plan in plans:
        assert len(plan.window) == 16
        assert set(plan.frame_indices) <= set(plan.window)
        assert plan.window[0] >= 10
        assert plan.window[-1] <= 59
    middle = plans[len(plans) // 2]
    assert abs(np.mean(middle.window) - np.mean(middle.frame_indices)) <= 1


def test_a_window_spans_the_same_time_at_twice_the_frame_rate() -> None:
    (plan, *_) = plan_clips(track_over(0, 100), WINDOWED, interval=10.0, frame_rate=50.0)
    assert set(np.diff(plan.window)) == {2}


def test_a_track_shorter_than_a_window_has_clips_without_one() -> None:
    plans = plan_clips(track_over(0, 14), WINDOWED, interval=0.2, frame_rate=25.0)
    assert plans
    assert all(plan.window == () for plan in plans)


def test_crops_of_a_window_are_cut_frame_by_frame_and_clips_are_what_they_were() -> None:
    track = track_over(0, 40)
    plain = plan_clips(track, SPEC, 0.4, 25.0)
    plans = plan_clips(track, WINDOWED, 0.4, 25.0)
    cutter, without = ClipCutter([track], plans, WINDOWED), ClipCutter([track], plain, SPEC)
    clips = [clip for index in range(41) for clip in cutter.add(frame(index))]
    expected = [clip for index in range(41) for clip in without.add(frame(index))]
    assert [clip.frame_indices.tolist() for clip in clips] == [clip.frame_indices.tolist() for clip in expected]
    spec = ClipSpec(image_size=24, box_enlargement=0.1, crop_margin=0.0)
    for clip, plan, same in zip(clips, plans, expected, strict=True):
        assert np.array_equal(clip.images, same.images)
        assert clip.span == same.span
        assert clip.window_frames == plan.window
        for index, crop in zip(plan.window, clip.window, strict=True):
            assert np.array_equal(crop, cut_crop(frame(index).image, crop_affine(box_at(track, index), spec), 24))


def test_neighbouring_windows_share_the_crop_of_a_frame() -> None:
    track = track_over(0, 40)
    cutter = ClipCutter([track], plan_clips(track, WINDOWED, 0.3, 25.0), WINDOWED)
    one, other, *_ = [clip for index in range(41) for clip in cutter.add(frame(index))]
    shared = set(one.window_frames) & set(other.window_frames)
    assert shared
    for index in shared:
        assert one.window[one.window_frames.index(index)] is other.window[other.window_frames.index(index)]


@pytest.mark.parametrize("wrong", [{"num_frames": 2}, {"image_size": 8}, {"box_enlargement": -0.1}])
def test_a_window_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="a window needs"):
        WindowSpec(**wrong)  # type: ignore[arg-type]
