from __future__ import annotations

import numpy as np
import pytest
from tests.scripted_faces import box_of

from fakestormer.data.partial_forgery import HELD_OUT, PartialForgeryConfig, draw_stretches, open_film
from fakestormer.synthesis import SynthesisConfig
from fakestormer.types import DataError, FaceObservation, FaceTrack
from fakestormer.video import write_video

CONFIG = PartialForgeryConfig()


def a_track(seconds: float, rate: float = 25.0, first: int = 30) -> FaceTrack:
    frames = (first, first + round(seconds * rate) - 1)
    return FaceTrack(0, tuple(FaceObservation(index, index / rate, box_of(0, 0, 50, 50), 0.9) for index in frames))


@pytest.mark.parametrize("seed", range(30))
def test_forged_stretches_lie_apart_inside_the_track_and_leave_most_of_it_genuine(seed):
    rate, track = 25.0, a_track(20.0)
    stretches = draw_stretches(track, rate, np.random.default_rng(seed), CONFIG)
    edges = [track.observations[0].frame_index - 1, *(edge for one in stretches for edge in one), 529 + 1]
    gaps = [(after - before - 1) / rate for before, after in zip(edges[::2], edges[1::2], strict=True)]
    assert min(gaps) >= CONFIG.apart_seconds - 2 / rate
    lengths = [(last - first + 1) / rate for first, last in stretches]
    assert all(2.0 - 1 / rate <= length <= 5.0 + 1 / rate for length in lengths)
    assert sum(lengths) <= 0.4 * 20.0 + 2 / rate


def test_one_and_two_stretches_both_occur_and_a_seed_decides():
    drawn = [draw_stretches(a_track(30.0), 25.0, np.random.default_rng(seed), CONFIG) for seed in range(40)]
    assert {len(one) for one in drawn} == {1, 2}
    assert drawn[7] == draw_stretches(a_track(30.0), 25.0, np.random.default_rng(7), CONFIG)


def test_a_face_that_is_seen_too_shortly_is_refused():
    with pytest.raises(DataError, match=r"seen for 4\.0 s, too short"):
        draw_stretches(a_track(4.0), 25.0, np.random.default_rng(0), CONFIG)


def test_the_held_out_settings_overlap_with_no_recipe():
    trained = SynthesisConfig()
    assert not set(HELD_OUT.downscale_factors) & set(trained.downscale_factors)
    assert not set(HELD_OUT.blend_ratios) & set(trained.blend_ratios)
    assert HELD_OUT.sharpen[0] > trained.sharpen[1]
    assert HELD_OUT.mask_kernel[0] > trained.mask_kernel[1]
    assert HELD_OUT.mask_sigma[0] > trained.mask_sigma[1]


def test_a_short_source_is_played_to_and_fro_and_a_long_one_is_cut(tmp_path):
    levels = [20, 60, 100, 140, 180]
    write_video(tmp_path / "v.mp4", [np.full((32, 32, 3), level, np.uint8) for level in levels], 10.0, crf=1)
    film, rate = open_film(tmp_path / "v.mp4", PartialForgeryConfig(seconds=1.2, least_seconds=1.0))
    assert rate == 10.0
    seen = [round(float(image.mean()), -1) for image in film()]
    assert seen == [20, 60, 100, 140, 180, 140, 100, 60, 20, 60, 100, 140]
    assert len(list(film())) == 12
    cut, _ = open_film(tmp_path / "v.mp4", PartialForgeryConfig(seconds=0.3, least_seconds=0.2))
    assert len(list(cut())) == 3
