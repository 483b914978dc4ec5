from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from tests.scripted_faces import Script, ScriptedFaces, face_at, plain_frames

from fakestormer.faces import FaceDetection, FaceTracker, TrackingConfig, TrackingResult
from fakestormer.types import ConfigError, Frame

DEFAULT = TrackingConfig()


def track(
    script: Script,
    num_frames: int = 100,
    config: TrackingConfig = DEFAULT,
    cuts: tuple[int, ...] = (),
    scale: float = 1.0,
) -> TrackingResult:
    stride = 4
    tracker = FaceTracker(ScriptedFaces(script, stride), config)
    return tracker.track(replace(frame, scale=scale) for frame in plain_frames(num_frames, stride, cuts=cuts))


@pytest.mark.parametrize(("frame_rate", "stride"), [(25, 4), (30, 5), (5, 1), (120, 20), (23.976, 4), (1, 1), (0, 1)])
def test_faces_are_searched_about_six_times_a_second(frame_rate: float, stride: int) -> None:
    assert FaceTracker(ScriptedFaces(lambda frame: [])).stride(float(frame_rate)) == stride


def test_a_still_face_is_one_track_from_first_to_last_searched_frame() -> None:
    result = track(lambda frame: [face_at(100, 100)])
    (face,) = result.tracks
    assert result.set_aside == ()
    assert face.track_id == 0
    assert (face.observations[0].frame_index, face.observations[-1].frame_index) == (0, 96)
    assert face.span.end == pytest.approx(96 / 25)


def test_boxes_come_out_in_pixels_of_the_original_frame() -> None:
    (face,) = track(lambda frame: [face_at(100, 60, size=50)], scale=3.0).tracks
    assert face.observations[5].box.center == pytest.approx((300, 180))
    assert face.observations[5].box.width == pytest.approx(150)


def test_jittery_boxes_come_out_smooth() -> None:
    noise = np.random.default_rng(3).normal(0, 1.5, 100)
    (face,) = track(lambda frame: [face_at(100 + noise[frame], 100)]).tracks
    smooth = np.diff([seen.box.center[0] for seen in face.observations])
    assert np.std(smooth) < 0.5 * np.std(np.diff(noise[::4]))


def test_track_ends_at_a_scene_cut() -> None:
    before, after = track(lambda frame: [face_at(100, 100)], cuts=(50,)).tracks
    assert before.observations[-1].frame_index == 48
    assert after.observations[0].frame_index == 52
    assert (before.track_id, after.track_id) == (0, 1)


def test_tracks_are_numbered_by_appearance_and_the_larger_face_first() -> None:
    def script(frame: int) -> list[FaceDetection]:
        return [face_at(500, 100, 150)] * (frame > 20) + [face_at(100, 100, 60), face_at(300, 100, 90)]

    tracks = track(script).tracks
    assert [face.track_id for face in tracks] == [0, 1, 2]
    assert [round(face.observations[3].box.width) for face in tracks] == [90, 60, 150]


class LitFaces:
    """A face where the picture says, found the later the earlier the frame."""

    name = "lit"

    def detect(self, image: np.ndarray) -> tuple[FaceDetection, ...]:
        time.sleep((255 - int(image[0, 0, 0])) / 20_000)
        return (face_at(float(image[0, 0, 0]), 100.0),)


def test_frames_that_are_searched_at_once_give_the_tracks_of_frames_searched_in_turn() -> None:
    frames = [Frame(4 * k, 4 * k / 25, np.full((64, 96, 3), 100 + k, np.uint8)) for k in range(30)]
    one, many = (FaceTracker(LitFaces(), num_threads=count).track(iter(frames)) for count in (1, 3))
    assert len(one.tracks) == 1
    assert many == one


def test_a_small_face_is_set_aside_with_its_size() -> None:
    result = track(lambda frame: [face_at(100, 100, 90), face_at(300, 100, 25)])
    (face,), (aside,) = result.tracks, result.set_aside
    assert face.track_id == 0
    assert aside.track_id == 1
    assert aside.reason == "the face is too small: 25 pixels, at least 40 are needed"


def test_a_short_track_is_set_aside_with_its_duration() -> None:
    (aside,) = track(lambda frame: [face_at(100, 100)] if 40 <= frame < 48 else []).set_aside
    assert aside.reason == "the face is seen for too short a time: 0.16 s, at least 0.30 s are needed"
    assert (aside.span.start, aside.span.end) == pytest.approx((1.6, 1.76))


@pytest.mark.parametrize(("num_frames", "needed"), [(1, "0.47"), (4, "0.47"), (5, "0.46"), (8, "0.46")])
def test_a_short_video_is_told_how_long_it_is_and_how_long_it_should_be(num_frames: int, needed: str) -> None:
    tracker = FaceTracker(ScriptedFaces(lambda frame: [face_at(100, 100)]))
    result = tracker.track(plain_frames(num_frames, 4), duration=lambda: num_frames / 25)
    assert result.tracks == ()
    assert result.set_aside[0].reason == (
        f"the video is too short: it lasts {num_frames / 25:.2f} s, about {needed} s are needed "
        "to follow a face for 0.30 s"
    )


def test_a_video_as_long_as_was_asked_for_is_long_enough() -> None:
    assert len(track(lambda frame: [face_at(100, 100)], num_frames=12).tracks) == 1  # 0.48 s


def test_a_photograph_is_tracked_if_no_duration_is_asked_for() -> None:
    result = track(lambda frame: [face_at(100, 100)], 1, TrackingConfig(min_track_duration=0.0))
    assert len(result.tracks) == 1


def test_a_single_detection_in_a_video_is_set_aside_even_if_no_duration_is_asked_for() -> None:
    result = track(lambda frame: [face_at(100, 100)] * (frame == 40), 100, TrackingConfig(min_track_duration=0.0))
    assert result.tracks == ()
    assert "found in 1 frame of 25 searched, at least 2 are needed" in result.set_aside[0].reason


def test_what_the_detector_doubts_is_set_aside() -> None:
    (aside,) = track(lambda frame: [face_at(100, 100, confidence=0.62)]).set_aside
    assert aside.reason == (
        "it is probably not a face: the detector's mean confidence is 0.62, at least 0.75 is needed"
    )


def test_detections_below_the_least_confidence_do_not_exist() -> None:
    assert track(lambda frame: [face_at(100, 100, confidence=0.3)]) == TrackingResult((), ())


def test_frames_without_faces_give_nothing() -> None:
    assert track(lambda frame: []) == TrackingResult((), ())
    assert track(lambda frame: [], num_frames=0) == TrackingResult((), ())


def test_the_same_script_gives_the_same_tracks() -> None:
    noise = np.random.default_rng(3).normal(0, 1.5, (100, 2))

    def script(frame: int) -> list[FaceDetection]:
        return [face_at(100 + noise[frame, 0], 100), face_at(220 + noise[frame, 1], 100)]

    assert track(script) == track(script)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"detections_per_second": 0.0}, "detections_per_second > 0, got 0.0"),
        ({"min_confidence": 1.5}, "min_confidence and min_track_confidence in"),
        ({"max_gap": -1.0}, "max_gap and smoothing >= 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, float], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        TrackingConfig(**settings)  # type: ignore[arg-type]


def test_track_ends_where_another_part_of_the_video_begins() -> None:
    tracker = FaceTracker(ScriptedFaces(lambda frame: [face_at(300.0, 200.0)], 4), DEFAULT)
    frames = (replace(frame, part=int(frame.index >= 48)) for frame in plain_frames(100, 4))
    tracks = tracker.track(frames).tracks
    spans = [(track.observations[0].frame_index, track.observations[-1].frame_index) for track in tracks]
    assert spans == [(0, 44), (48, 96)]
