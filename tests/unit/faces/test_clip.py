from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.scripted_faces import box_of

from fakestormer.faces import ClipCutter, ClipPlan, box_at, crop_affine, cut_crop, plan_clips
from fakestormer.types import ClipSpec, FaceObservation, FaceTrack, Frame

SPEC = ClipSpec(num_frames=4, image_size=16)


def track_over(first: int, last: int, track_id: int = 0) -> FaceTrack:
    indices = sorted({*range(first, last, 4), last})
    return FaceTrack(
        track_id,
        tuple(FaceObservation(index, index / 25, box_of(20 + index, 20, 40 + index, 40), 0.9) for index in indices),
    )


def frame(index: int) -> Frame:
    image = np.random.default_rng(index).integers(0, 256, (64, 160, 3), dtype=np.uint8)
    return Frame(index, index / 25, image)


def test_clips_are_spread_symmetrically_over_the_track() -> None:
    plans = plan_clips(track_over(10, 59), SPEC, interval=0.4, frame_rate=25.0)
    starts = [plan.frame_indices[0] for plan in plans]
    assert set(np.diff(starts)) == {10}
    before, after = starts[0] - 10, 59 - plans[-1].frame_indices[-1]
    assert abs(before - after) <= 1
    assert before < 10


def test_frames_of_a_clip_are_consecutive_at_the_stride() -> None:
    spec = ClipSpec(num_frames=3, frame_stride=2, image_size=16)
    plans = plan_clips(track_over(0, 30), spec, interval=0.4, frame_rate=25.0)
    for plan in plans:
        assert set(np.diff(plan.frame_indices)) == {2}
        assert plan.frame_indices[0] >= 0
        assert plan.frame_indices[-1] <= 30


@pytest.mark.parametrize("interval", [0.0, 0.01, 1.0, 1e6])
def test_a_track_of_one_clip_gets_exactly_that_clip(interval: float) -> None:
    assert plan_clips(track_over(7, 10), SPEC, interval, 25.0) == (ClipPlan(0, (7, 8, 9, 10)),)


def test_a_track_shorter_than_a_clip_gets_none() -> None:
    assert plan_clips(track_over(7, 9), SPEC, 1.0, 25.0) == ()


@pytest.mark.parametrize("interval", [0.0, 0.05, 0.16, 0.17, 0.183])
def test_clips_never_share_a_frame(interval: float) -> None:
    plans = plan_clips(track_over(0, 101), SPEC, interval, frame_rate=29.97)
    frames = [index for plan in plans for index in plan.frame_indices]
    assert len(frames) == len(set(frames))
    assert len(plans) >= 20 or interval > 0.16


def test_a_long_interval_gives_one_clip_in_the_middle() -> None:
    (plan,) = plan_clips(track_over(0, 101), SPEC, 60.0, 25.0)
    assert plan.frame_indices == (49, 50, 51, 52)


def test_an_unknown_frame_rate_gives_clips_one_after_the_other() -> None:
    assert len(plan_clips(track_over(0, 11), SPEC, 1.0, 0.0)) == 3


def test_a_negative_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="interval >= 0"):
        plan_clips(track_over(0, 11), SPEC, -1.0, 25.0)


def test_clips_hold_the_crops_of_their_frames_and_the_way_back() -> None:
    track = track_over(0, 20)
    plan = ClipPlan(0, (5, 6, 7, 8))
    cutter = ClipCutter([track], [plan], SPEC)
    clips = [clip for index in range(20) for clip in cutter.add(frame(index))]
    (clip,) = clips
    assert clip.track_id == 0
    assert clip.frame_indices.tolist() == [5, 6, 7, 8]
    for place, index in enumerate(plan.frame_indices):
        affine = crop_affine(box_at(track, index), SPEC)
        np.testing.assert_array_equal(clip.to_frame[place], affine.matrix)
        np.testing.assert_array_equal(clip.images[place], cut_crop(frame(index).image, affine, 16))


def test_the_span_of_a_clip_lasts_until_its_last_frame_is_over() -> None:
    spec = ClipSpec(num_frames=3, frame_stride=2, image_size=16)
    cutter = ClipCutter([track_over(0, 20)], [ClipPlan(0, (5, 7, 9))], spec)
    (clip,) = [clip for index in (5, 7, 9) for clip in cutter.add(frame(index))]
    assert (clip.span.start, clip.span.end) == pytest.approx((5 / 25, 10 / 25))


def test_a_clip_with_a_pause_in_it_ends_with_its_last_picture() -> None:
    cutter = ClipCutter([track_over(0, 20)], [ClipPlan(0, (5, 6, 7, 8))], SPEC)
    frames = [replace(frame(index), time=index / 25 + (30 if index > 6 else 0)) for index in (5, 6, 7, 8)]
    (clip,) = [clip for one in frames for clip in cutter.add(one)]
    assert (clip.span.start, clip.span.end) == pytest.approx((5 / 25, 30 + 9 / 25))


def test_no_clip_lasts_longer_than_the_video() -> None:
    cutter = ClipCutter([track_over(0, 20)], [ClipPlan(0, (0, 6, 12, 18))], SPEC, 19 / 25)
    (clip,) = [clip for index in (0, 6, 12, 18) for clip in cutter.add(frame(index))]
    assert clip.span.end == pytest.approx(19 / 25)


def test_a_clip_of_one_frame_ends_when_it_begins() -> None:
    cutter = ClipCutter([track_over(0, 20)], [ClipPlan(0, (5,))], ClipSpec(num_frames=1, image_size=16))
    (clip,) = cutter.add(frame(5))
    assert clip.span.duration == 0


def test_only_planned_frames_are_wanted_and_each_once() -> None:
    cutter = ClipCutter([track_over(0, 20)], [ClipPlan(0, (5, 6, 7, 8))], SPEC)
    assert [index for index in range(20) if cutter.wanted(index)] == [5, 6, 7, 8]
    assert cutter.add(frame(3)) == ()
    cutter.add(frame(5))
    assert not cutter.wanted(5)


def test_two_faces_share_frames_and_finish_each_when_complete() -> None:
    tracks = [track_over(0, 20, 0), track_over(0, 20, 1)]
    plans = [ClipPlan(0, (2, 3, 4, 5)), ClipPlan(1, (4, 5, 6, 7))]
    cutter = ClipCutter(tracks, plans, SPEC)
    done = {index: [clip.track_id for clip in cutter.add(frame(index))] for index in range(10)}
    assert {index: faces for index, faces in done.items() if faces} == {5: [0], 7: [1]}


def test_a_video_that_breaks_off_gives_no_half_clip() -> None:
    cutter = ClipCutter([track_over(0, 20)], [ClipPlan(0, (5, 6, 7, 8))], SPEC)
    assert [clip for index in range(8) for clip in cutter.add(frame(index))] == []


def test_a_plan_for_an_unknown_track_is_refused() -> None:
    with pytest.raises(ValueError, match="planned on track 3"):
        ClipCutter([track_over(0, 20)], [ClipPlan(3, (1, 2, 3, 4))], SPEC)
