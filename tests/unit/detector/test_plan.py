from __future__ import annotations

import itertools

import pytest

from fakestormer.detector.config import DetectorConfig, thorough
from fakestormer.detector.plan import plan_spread_clips, plan_track
from fakestormer.detector.score import choose_device
from fakestormer.model import ClipProtocol
from fakestormer.types import Box, ClipSpec, ConfigError, FaceObservation, FaceTrack


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


@pytest.mark.parametrize("duration", [0.8, 3.0, 10.0, 61.0, 7200.0])
def test_a_thorough_look_leaves_no_half_second_without_a_score(duration: float) -> None:
    rate, config = 25.0, thorough(DetectorConfig())
    last = round(duration * rate) - 1
    plans = plan_track(a_track(0, last), ClipSpec(), ClipProtocol(), config.interval(duration), rate)
    starts = [plan.frame_indices[0] / rate for plan in plans]
    assert max((later - earlier for earlier, later in itertools.pairwise(starts)), default=0.0) <= 0.5 + 1 / rate
    assert starts[0] <= 0.3
    assert plans[-1].frame_indices[-1] / rate >= duration - 0.3 - 1 / rate


def test_ten_seconds_and_more_are_looked_at_twice_as_densely_if_thoroughly() -> None:
    usual = DetectorConfig()
    assert [usual.interval(seconds) / thorough(usual).interval(seconds) for seconds in (10.0, 60.0, 7200.0)] == [
        2.0
    ] * 3
    assert dict(thorough(usual).described())["clip_interval"] == "0.5"


def test_negative_numbers_of_pictures_are_refused() -> None:
    with pytest.raises(ConfigError, match="max_maps"):
        DetectorConfig(max_maps=-1)
