from __future__ import annotations

import pytest

from fakestormer.detector.config import DetectorConfig
from fakestormer.detector.plan import plan_spread_clips
from fakestormer.detector.score import choose_device
from fakestormer.types import Box, ConfigError, FaceObservation, FaceTrack


def a_track(first: int, last: int) -> FaceTrack:
    box = Box(0.0, 0.0, 50.0, 50.0)
    return FaceTrack(7, tuple(FaceObservation(index, index / 25, box, 0.9) for index in (first, last)))


def test_the_published_protocol_spreads_32_frames_over_8_clips_in_order() -> None:
    plans = plan_spread_clips(a_track(10, 329), clip_length=4, num_frames=32)
    frames = [index for plan in plans for index in plan.frame_indices]
    assert [len(plan.frame_indices) for plan in plans] == [4] * 8
    assert frames == list(range(10, 330, 10))


def test_a_track_of_few_frames_gives_fewer_whole_clips() -> None:
    plans = plan_spread_clips(a_track(0, 9), clip_length=4, num_frames=32)
    frames = [index for plan in plans for index in plan.frame_indices]
    assert len(plans) == 2
    assert frames == sorted(set(frames))
    assert plan_spread_clips(a_track(0, 2), clip_length=4, num_frames=32) == ()


def test_short_videos_are_looked_at_more_densely_up_to_a_limit() -> None:
    config = DetectorConfig(clip_interval=1.0, min_clip_interval=0.2, min_clips=12)
    assert config.interval(1.0) == pytest.approx(0.2)
    assert config.interval(6.0) == pytest.approx(0.5)
    assert config.interval(7200.0) == pytest.approx(1.0)
    assert config.interval(None) == pytest.approx(1.0)


def test_settings_that_contradict_each_other_are_named() -> None:
    with pytest.raises(ConfigError, match=r"min_clip_interval=2\.0 and clip_interval=1\.0"):
        DetectorConfig(min_clip_interval=2.0)


def test_a_device_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="device 'quantum' cannot be used here"):
        choose_device("quantum")
