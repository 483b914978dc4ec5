from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scripted_faces import face_at

from fakestormer.faces import crop_affine, cut_crop, plan_clips
from fakestormer.types import Box, ClipSpec, FaceObservation, FaceTrack

places = st.floats(-500, 4000)
sizes = st.floats(4, 2000)
margins = st.floats(0, 0.4)
# The picture under test is small; boxes may hang over its border, or lie wholly outside.
PICTURE = np.random.default_rng(0).integers(20, 230, (90, 120, 3), dtype=np.uint8)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(places), draw(places)
    return Box(left, top, left + draw(sizes), top + draw(sizes))


@given(boxes(), margins, margins, st.integers(16, 400))
def test_crop_to_frame_and_back_is_where_we_began(box: Box, enlargement: float, margin: float, size: int) -> None:
    affine = crop_affine(box, ClipSpec(image_size=size, box_enlargement=enlargement, crop_margin=margin))
    points = np.array([[0.0, 0.0], [size, 0.0], [3.3, 0.7 * size], [size / 2, size / 2]])
    np.testing.assert_allclose(affine.inverse().apply(affine.apply(points)), points, atol=1e-6)
    np.testing.assert_allclose(affine.apply(points)[3], box.center, atol=1e-6)


@given(boxes(), margins, margins)
def test_crops_are_square_and_as_large_as_the_spec_says(box: Box, enlargement: float, margin: float) -> None:
    affine = crop_affine(box, ClipSpec(image_size=64, box_enlargement=enlargement, crop_margin=margin))
    wide, high = affine.apply(np.array([[64.0, 64.0]]))[0] - affine.apply(np.array([[0.0, 0.0]]))[0]
    assert np.isclose(wide, high)
    assert np.isclose(wide, max(box.width, box.height) * (1 + 2 * enlargement) * (1 - 2 * margin))


@settings(max_examples=40, deadline=None)
@given(st.floats(-40, 120), st.floats(-40, 90), st.floats(8, 150), st.integers(16, 48))
def test_crops_stay_about_within_the_brightness_of_the_picture(left: float, top: float, side: float, size: int) -> None:
    spec = ClipSpec(image_size=size, box_enlargement=0.0, crop_margin=0.0)
    crop = cut_crop(PICTURE, crop_affine(Box(left, top, left + side, top + side), spec), size)
    assert crop.shape == (size, size, 3)
    # The kernel has small negative lobes: it may overshoot a hard edge, by a quarter of its height at most.
    assert crop.min() >= 0
    assert crop.max() <= 255
    assert abs(float(crop.mean()) - 125) < 60


@given(
    st.integers(0, 50), st.integers(0, 400), st.integers(1, 8), st.integers(1, 5), st.floats(0, 5), st.floats(0, 120)
)
def test_plans_stay_inside_the_track_and_never_share_frames(
    first: int, length: int, num_frames: int, frame_stride: int, interval: float, frame_rate: float
) -> None:
    box = face_at(50.0, 50.0).box
    indices = sorted({first, first + length})
    track = FaceTrack(3, tuple(FaceObservation(index, index / 25, box, 0.9) for index in indices))
    spec = ClipSpec(num_frames=num_frames, frame_stride=frame_stride)
    plans = plan_clips(track, spec, interval, frame_rate)
    assert bool(plans) == (length + 1 >= spec.num_source_frames)
    assert all(first <= plan.frame_indices[0] and plan.frame_indices[-1] <= first + length for plan in plans)
    assert all(one.frame_indices[-1] < other.frame_indices[0] for one, other in itertools.pairwise(plans))
    assert all(plan.track_id == 3 for plan in plans)
    if plans:
        before, after = plans[0].frame_indices[0] - first, first + length - plans[-1].frame_indices[-1]
        assert abs(before - after) <= 2
