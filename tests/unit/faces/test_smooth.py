from __future__ import annotations

import numpy as np
import pytest
from tests.scripted_faces import box_of

from fakestormer.faces import smooth_points
from fakestormer.faces.smooth import smooth_boxes
from fakestormer.types import FaceObservation

TIMES = np.arange(40) / 6.25


def observe(x: float, size: float, place: int) -> FaceObservation:
    box = box_of(x - size / 2, 50 - size / 2, x + size / 2, 50 + size / 2)
    return FaceObservation(place * 4, float(TIMES[place]), box, 0.9)


def centers(observations: tuple[FaceObservation, ...]) -> list[float]:
    return [seen.box.center[0] for seen in observations]


def test_jitter_of_a_still_face_shrinks() -> None:
    rng = np.random.default_rng(0)
    jittery = tuple(observe(200 + rng.normal(0, 2), 100 + rng.normal(0, 2), place) for place in range(40))
    smooth = smooth_boxes(jittery, 0.3)
    assert np.std(np.diff(centers(smooth))) < 0.35 * np.std(np.diff(centers(jittery)))
    assert np.std([seen.box.width for seen in smooth]) < 0.6 * np.std([seen.box.width for seen in jittery])


def test_steady_motion_is_kept_without_lag_up_to_the_ends() -> None:
    moving = tuple(observe(100 + 7 * place, 80, place) for place in range(40))
    np.testing.assert_allclose(centers(smooth_boxes(moving, 0.3)), centers(moving), atol=1e-9)


def test_steady_growth_is_kept() -> None:
    growing = tuple(observe(200, 60 * 1.02**place, place) for place in range(40))
    sizes = [seen.box.width for seen in smooth_boxes(growing, 0.3)]
    np.testing.assert_allclose(sizes, [seen.box.width for seen in growing], rtol=1e-9)


def test_one_wild_box_does_not_pull_its_neighbours() -> None:
    wild = tuple(observe(300.0 if place == 20 else 200.0, 80, place) for place in range(40))
    np.testing.assert_allclose(centers(smooth_boxes(wild, 0.2)), 200, atol=1e-9)


def test_steps_of_time_may_differ() -> None:
    places = [0, 1, 2, 7, 8, 9, 20, 21, 39]
    moving = tuple(observe(100 + 7 * place, 80, place) for place in places)
    np.testing.assert_allclose(centers(smooth_boxes(moving, 0.5)), centers(moving), atol=1e-6)


def test_times_frames_and_confidences_stay() -> None:
    seen = tuple(observe(200.0 + place % 3, 80, place) for place in range(10))
    smooth = smooth_boxes(seen, 0.2)
    assert [(one.frame_index, one.time, one.confidence) for one in smooth] == [
        (one.frame_index, one.time, one.confidence) for one in seen
    ]


@pytest.mark.parametrize("count", [1, 2])
def test_very_short_tracks_are_left_as_they_are(count: int) -> None:
    seen = tuple(observe(200.0 + place, 80, place) for place in range(count))
    assert smooth_boxes(seen, 0.2) == seen


def test_a_sigma_of_zero_changes_nothing() -> None:
    seen = tuple(observe(200.0 + place % 3, 80, place) for place in range(10))
    assert smooth_boxes(seen, 0.0) == seen


def test_a_negative_sigma_is_refused() -> None:
    with pytest.raises(ValueError, match=r"sigma >= 0, got -1"):
        smooth_boxes((), -1.0)


def test_points_lose_jitter_and_keep_motion() -> None:
    times = np.arange(50) / 25
    motion = times[:, None, None] * np.array([40.0, -10.0]) + np.zeros((50, 5, 2))
    jittery = motion + np.random.default_rng(1).normal(0, 0.5, motion.shape)
    np.testing.assert_allclose(smooth_points(motion, times), motion, atol=1e-9)
    assert np.std(smooth_points(jittery, times) - motion) < 0.75 * np.std(jittery - motion)
