from __future__ import annotations

import numpy as np
import pytest
from benchmarks.localisation.partial_forgery import (
    HELD_OUT,
    PartialForgeryConfig,
    draw_stretches,
    open_film,
    write_splice,
)

from fakestormer.synthesis import SynthesisConfig
from fakestormer.types import DataError
from fakestormer.video import VideoReader, write_video

CONFIG = PartialForgeryConfig()


def seen_for(seconds: float, rate: float = 25.0, first: int = 30) -> tuple[int, int]:
    return first, first + round(seconds * rate) - 1


@pytest.mark.parametrize("seed", range(30))
def test_forged_stretches_lie_apart_inside_the_track_and_leave_most_of_it_genuine(seed):
    rate, seen = 25.0, seen_for(20.0)
    stretches = draw_stretches(seen, rate, np.random.default_rng(seed), CONFIG)
    edges = [seen[0] - 1, *(edge for one in stretches for edge in one), 529 + 1]
    gaps = [(after - before - 1) / rate for before, after in zip(edges[::2], edges[1::2], strict=True)]
    assert min(gaps) >= CONFIG.apart_seconds - 2 / rate
    lengths = [(last - first + 1) / rate for first, last in stretches]
    assert all(2.0 - 1 / rate <= length <= 5.0 + 1 / rate for length in lengths)
    assert sum(lengths) <= 0.4 * 20.0 + 2 / rate


def test_one_and_two_stretches_both_occur_and_a_seed_decides():
    drawn = [draw_stretches(seen_for(30.0), 25.0, np.random.default_rng(seed), CONFIG) for seed in range(40)]
    assert {len(one) for one in drawn} == {1, 2}
    assert drawn[7] == draw_stretches(seen_for(30.0), 25.0, np.random.default_rng(7), CONFIG)


def test_a_face_that_is_seen_too_shortly_is_refused():
    with pytest.raises(DataError, match=r"seen for 4\.0 s, too short"):
        draw_stretches(seen_for(4.0), 25.0, np.random.default_rng(0), CONFIG)


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


def a_pair(folder, original: int, forged: int, width: int = 32, rate: float = 10.0):
    """A film that gets brighter by the frame, and its forgery: the same film, ten levels brighter."""
    for name, count, more, size, speed in (("original", original, 0, 32, 10.0), ("forged", forged, 10, width, rate)):
        images = [np.full((32, size, 3), 40 + 2 * index + more, np.uint8) for index in range(count)]
        write_video(folder / f"{name}.mp4", images, speed, crf=1)
    return folder / "original.mp4", folder / "forged.mp4"


def test_a_splice_shows_the_forgery_where_it_says_and_the_original_elsewhere(tmp_path):
    original, forged = a_pair(tmp_path, 40, 39)
    config = PartialForgeryConfig(seconds=16.0, p_second=0.0)
    truth = write_splice(original, forged, tmp_path / "splice.mp4", 3, config)
    (span,) = truth.spans
    seen = [float(frame.image.mean()) for frame in VideoReader(tmp_path / "splice.mp4")]
    to_and_fro = [*range(39), *range(37, 0, -1)]
    assert len(seen) == 160
    for index, level in enumerate(seen):
        more = 10 if span.start - 0.01 <= index / 10 < span.end - 0.01 else 0
        assert level == pytest.approx(40 + 2 * to_and_fro[index % 76] + more, abs=4)
    assert 2.0 <= span.end - span.start <= 5.0


@pytest.mark.parametrize(("forged", "width", "rate"), [(30, 32, 10.0), (40, 48, 10.0), (40, 32, 25.0)])
def test_films_that_do_not_go_together_frame_by_frame_are_refused(tmp_path, forged, width, rate):
    original, other = a_pair(tmp_path, 40, forged, width, rate)
    told = rf"{width} x 32, {forged} frames, {rate:g} a second\) does not go with .*32 x 32, 40 frames, 10 a second"
    with pytest.raises(DataError, match=told):
        write_splice(original, other, tmp_path / "splice.mp4", 0)
    assert not (tmp_path / "splice.mp4").exists()
