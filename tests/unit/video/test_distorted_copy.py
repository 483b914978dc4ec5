from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from tests.bad_videos import ODD_VIDEOS, Recipe, damage_packets, draw_scene, make_video

from fakestormer.types import ConfigError, FakestormerError, VideoError
from fakestormer.video import ALL_DISTORTIONS, LEVELS, Distortion, VideoReader, write_distorted
from fakestormer.video.perturb import perturb

LOSSLESS = [Distortion(kind, 3) for kind in ("saturation", "contrast", "blocks", "noise", "blur", "pixelation")]
BLUR, BLOCKS, CODEC = Distortion("blur", 3), Distortion("blocks", 1), Distortion("compression", 1)


def rng(seed=1):
    return np.random.default_rng(seed)


def copy_of(source, distortion, seed=1):
    copy = source.with_name(f"{distortion.name}-{seed}.mp4")
    write_distorted(source, copy, distortion, rng(seed))
    return copy


def test_the_protocol_has_seven_distortions_at_five_levels_and_two_platforms():
    names = {distortion.name for distortion in ALL_DISTORTIONS}
    assert len(names) == len(ALL_DISTORTIONS) == 7 * 5 + 2
    assert {len(values) for values in LEVELS.values()} == {1, 5}
    assert Distortion("blur", 3).meaning == "kernel 13"


@pytest.mark.parametrize(("kind", "level"), [("blur", 0), ("blur", 6), ("480p", 2)])
def test_other_levels_are_refused(kind, level):
    with pytest.raises(ConfigError, match="choose from"):
        Distortion(kind, level)


@pytest.mark.parametrize("distortion", LOSSLESS, ids=lambda distortion: distortion.kind)
def test_a_copy_reads_as_exactly_the_distorted_pictures(tmp_path, distortion):
    source = make_video(tmp_path / "video.mp4")
    draws = rng()
    expected = [perturb(frame.image, distortion, draws) for frame in VideoReader(source)]
    for frame, image in zip(VideoReader(copy_of(source, distortion)), expected, strict=True):
        np.testing.assert_array_equal(frame.image, image)


@pytest.mark.parametrize("distortion", [BLUR, CODEC], ids=lambda distortion: distortion.kind)
@pytest.mark.parametrize("kind", ["plain", "odd size", "one frame", "portrait", "5 fps", "variable rate", "matroska"])
def test_number_times_rate_and_upright_size_of_the_frames_stay(tmp_path, kind, distortion):
    source = VideoReader(ODD_VIDEOS[kind](tmp_path))
    before = [(frame.index, frame.time) for frame in source]
    copy = VideoReader(copy_of(tmp_path / source.info.path, distortion))
    assert [(frame.index, frame.time) for frame in copy] == before
    odd = (source.info.width % 2, source.info.height % 2) if distortion is CODEC else (0, 0)
    assert (copy.info.width, copy.info.height) == (source.info.width + odd[0], source.info.height + odd[1])
    assert copy.info.rotation == 0
    if kind != "variable rate":
        assert copy.info.frame_rate == source.info.frame_rate
        assert copy.duration == source.duration


def test_a_portrait_stands_upright_in_its_copy(tmp_path):
    source = make_video(tmp_path / "portrait.mp4", Recipe(num_frames=2, rotation=90))
    first = next(iter(VideoReader(copy_of(source, Distortion("contrast", 1)))))
    expected = np.rot90(draw_scene(0), -1) * 0.85
    assert np.abs(first.image - expected).mean() < 10


def test_the_same_seed_gives_the_same_bytes_and_another_gives_other_blocks(tmp_path):
    source = make_video(tmp_path / "video.mp4")
    first = copy_of(source, BLOCKS).read_bytes()
    assert copy_of(source, BLOCKS).read_bytes() == first
    assert copy_of(source, BLOCKS, seed=2).read_bytes() != first
    assert copy_of(source, CODEC).read_bytes() == copy_of(source, CODEC, seed=2).read_bytes()


def test_a_higher_crf_makes_a_smaller_file_and_a_worse_picture(tmp_path):
    source = make_video(tmp_path / "video.mp4", Recipe(width=160, height=120))
    original = np.stack([frame.image for frame in VideoReader(source)]).astype(int)
    sizes, errors = [], []
    for level in (1, 3, 5):
        copy = copy_of(source, Distortion("compression", level))
        sizes.append(copy.stat().st_size)
        errors.append(np.abs(np.stack([frame.image for frame in VideoReader(copy)]) - original).mean())
    assert sizes == sorted(sizes, reverse=True)
    assert errors == sorted(errors)


def test_platforms_rescale_and_encode(tmp_path):
    source = make_video(tmp_path / "video.mp4", Recipe(num_frames=3, width=800, height=600))
    for kind, size in (("480p", (640, 480)), ("crop", (540, 404))):
        info = VideoReader(copy_of(source, Distortion(kind))).info
        assert (info.width, info.height, info.pixel_format) == (*size, "yuv420p")


def test_frames_that_cannot_be_decoded_are_left_out(tmp_path):
    damaged = damage_packets(make_video(tmp_path / "whole.mp4"), tmp_path / "damaged.mp4", [7])
    source = VideoReader(damaged)
    times = [frame.time for frame in source]
    assert [frame.time for frame in VideoReader(copy_of(damaged, BLUR))] == times


def test_what_cannot_be_read_or_written_is_one_sentence_and_leaves_nothing(tmp_path):
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(VideoError, match=r"text\.mp4"):
        copy_of(tmp_path / "text.mp4", BLUR)
    source = make_video(tmp_path / "video.mp4")
    with pytest.raises(FakestormerError, match="cannot be written"):
        write_distorted(source, tmp_path / "text.mp4" / "copy.mp4", BLUR, rng())
    assert {path.name for path in tmp_path.iterdir()} == {"text.mp4", "video.mp4"}


def test_length_costs_no_memory(tmp_path):
    peaks = []
    for num_frames in (10, 80):
        source = make_video(tmp_path / f"{num_frames}.mp4", Recipe(num_frames=num_frames, width=320, height=240))
        tracemalloc.start()
        copy_of(source, BLOCKS)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 320 * 240 * 3 * 4
