from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from tests.bad_videos import (
    BROKEN_VIDEOS,
    NOT_VIDEOS,
    ODD_VIDEOS,
    Recipe,
    cut_file,
    damage_packets,
    draw_scene,
    make_video,
)

from fakestormer.types import QualityCode, VideoDamage, VideoError
from fakestormer.video import VideoReader


def mean_difference(one, other):
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def pixels(path):
    return [frame.image.tobytes() for frame in VideoReader(path)]


def nearest_scene(image, num_frames):
    return min(range(num_frames), key=lambda index: mean_difference(image, draw_scene(index)))


@pytest.mark.parametrize("kind", ODD_VIDEOS)
def test_every_odd_video_is_read_whole_and_undamaged(tmp_path, kind):
    reader = VideoReader(ODD_VIDEOS[kind](tmp_path), max_size=480)
    frames = list(reader)
    expected = {"one frame": 1, "4K": 2, "variable rate": 8}.get(kind, 12)
    assert [frame.index for frame in frames] == list(range(expected))
    assert reader.num_frames == expected
    assert reader.damage == VideoDamage()
    assert {frame.image.shape for frame in frames} == {frames[0].image.shape}
    assert len({frame.image.tobytes() for frame in frames}) == expected


@pytest.mark.parametrize("kind", ["plain", "8-bit grey", "10-bit", "4:4:4", "matroska", "motion jpeg"])
def test_frames_look_like_the_pictures_that_were_written_in_their_order(tmp_path, kind):
    for frame in VideoReader(ODD_VIDEOS[kind](tmp_path)):
        picture = draw_scene(frame.index)
        if kind == "8-bit grey":
            picture = np.repeat(picture.astype(float) @ (0.299, 0.587, 0.114), 3).reshape(picture.shape)
        assert mean_difference(frame.image, picture) < 12
        if kind != "8-bit grey":
            assert nearest_scene(frame.image, 12) == frame.index


@pytest.mark.parametrize(("colorspace", "color_range"), [(1, 1), (1, 2), (5, 1), (5, 2), (None, None)])
def test_colours_follow_the_matrix_and_range_that_the_file_names(tmp_path, colorspace, color_range):
    colour = np.array([[[200, 30, 60]]], np.uint8)
    recipe = Recipe(num_frames=2, pixel_format="yuv444p", colorspace=colorspace, color_range=color_range)
    path = make_video(tmp_path / "red.mp4", recipe, lambda index: np.repeat(np.repeat(colour, 64, 0), 96, 1))
    image = next(iter(VideoReader(path))).image
    assert np.abs(image.astype(int) - colour).max() <= 4


def test_times_are_presentation_times_from_the_first_frame(tmp_path):
    times = (0.2, 0.24, 0.28, 0.7, 0.75, 1.7, 1.72, 2.2)
    path = make_video(tmp_path / "variable.mkv", Recipe(times=times))
    reader = VideoReader(path)
    seen = [frame.time for frame in reader]
    assert seen == pytest.approx([time - times[0] for time in times], abs=2e-3)
    assert reader.duration == pytest.approx(2.0 + 1 / reader.info.frame_rate, abs=2e-3)


@pytest.mark.parametrize(("rotation", "turns"), [(0, 0), (90, 1), (180, 2), (270, 3)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_rotation_and_mirroring_are_applied(tmp_path, rotation, turns, mirrored):
    path = make_video(tmp_path / "turned.mp4", Recipe(num_frames=2, rotation=rotation, mirrored=mirrored))
    upright = np.rot90(draw_scene(0), -turns)
    upright = upright[:, ::-1] if mirrored else upright
    reader = VideoReader(path)
    frame = next(iter(reader))
    assert frame.image.shape == upright.shape
    assert (reader.info.height, reader.info.width) == upright.shape[:2]
    assert mean_difference(frame.image, upright) < 12


def test_images_are_reduced_to_the_long_side_and_scale_says_how_much(tmp_path):
    reader = VideoReader(make_video(tmp_path / "video.mp4", Recipe(rotation=90)), max_size=24)
    frame = next(iter(reader))
    assert (frame.image.shape, frame.scale) == ((24, 16, 3), 4)
    assert next(iter(VideoReader(tmp_path / "video.mp4", max_size=500))).scale == 1


def test_only_wanted_frames_are_yielded_but_all_are_counted(tmp_path):
    reader = VideoReader(make_video(tmp_path / "video.mp4"), wanted=lambda index: index % 5 == 0)
    assert [frame.index for frame in reader] == [0, 5, 10]
    assert reader.num_frames == 12
    assert reader.duration == pytest.approx(12 / 25)


def test_a_second_iteration_gives_the_same_frames(tmp_path):
    reader = VideoReader(make_video(tmp_path / "video.mp4"))
    assert [frame.image.tobytes() for frame in reader] == [frame.image.tobytes() for frame in reader]
    assert reader.num_frames == 12


@pytest.mark.parametrize("kind", [kind for kind in BROKEN_VIDEOS if kind.startswith("truncated")])
def test_a_truncated_file_is_read_as_far_as_it_goes_and_said_to_be_cut(tmp_path, kind):
    reader = VideoReader(BROKEN_VIDEOS[kind](tmp_path))
    frames = list(reader)
    assert 4 < len(frames) < 30
    assert reader.damage.truncated
    assert [nearest_scene(frame.image, 30) for frame in frames[:5]] == [0, 1, 2, 3, 4]


def test_corrupt_packets_are_skipped_and_counted(tmp_path):
    reader = VideoReader(BROKEN_VIDEOS["corrupt packets"](tmp_path))
    frames = list(reader)
    assert reader.damage == VideoDamage(num_corrupt_packets=3, truncated=False)
    assert [frame.index for frame in frames] == list(range(reader.num_frames))
    assert 20 <= reader.num_frames <= 27
    assert all(later.time > earlier.time for earlier, later in itertools.pairwise(frames))


def test_pictures_that_the_decoder_patched_up_count_as_corrupt(tmp_path):
    reader = VideoReader(BROKEN_VIDEOS["corrupt inside packets"](tmp_path))
    assert len(list(reader)) == 30 - reader.damage.num_corrupt_packets
    assert 2 <= reader.damage.num_corrupt_packets <= 3


@pytest.mark.parametrize("kind", BROKEN_VIDEOS)
def test_a_broken_file_gives_the_same_frames_every_time(tmp_path, kind):
    path = BROKEN_VIDEOS[kind](tmp_path)
    first = pixels(path)
    assert all(pixels(path) == first for _ in range(2))


def test_scattered_bit_errors_give_the_same_frames_every_time(tmp_path):
    options = (("preset", "medium"), ("crf", "24"))
    sound = make_video(tmp_path / "sound.mkv", Recipe(num_frames=40, gop=12, b_frames=3, options=options)).read_bytes()
    path = tmp_path / "broken.mkv"
    num_damaged = 0
    for seed in range(4):
        data = bytearray(sound)
        for place in np.random.default_rng(seed).integers(len(data) // 5, len(data), 4):
            data[place] ^= 16
        path.write_bytes(data)
        reader = VideoReader(path)
        first = [frame.image.tobytes() for frame in reader]
        num_damaged += reader.damage.num_corrupt_packets > 0
        assert all(pixels(path) == first for _ in range(2))
    assert num_damaged > 1


def test_frames_before_the_damage_are_those_of_the_sound_file(tmp_path):
    sound = make_video(tmp_path / "sound.mp4", Recipe(num_frames=30))
    broken = damage_packets(sound, tmp_path / "broken.mp4", [21])
    assert pixels(broken)[:18] == pixels(sound)[:18]


def test_every_frame_keeps_its_own_size_where_the_stream_changes_it(tmp_path):
    small = make_video(tmp_path / "small.ts", Recipe(num_frames=6))
    large = make_video(tmp_path / "large.ts", Recipe(num_frames=6, width=64, height=128))
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    reader = VideoReader(both, max_size=64)
    frames = list(reader)
    sizes = [(frame.image.shape[:2], frame.scale, frame.part > 0) for frame in frames]
    assert sizes == [((43, 64), 1.5, False)] * 5 + [((64, 32), 2.0, True)] * 6  # the packet at the seam is corrupt
    assert all(later.time > earlier.time for earlier, later in itertools.pairwise(frames))
    told = {note.code: note for note in reader.info.notes}
    assert told[QualityCode.PICTURE_CHANGES].detail == "96 x 64, 64 x 128"


@pytest.mark.parametrize("kind", NOT_VIDEOS)
def test_what_is_no_video_is_refused_when_the_reader_is_made(tmp_path, kind):
    path = NOT_VIDEOS[kind](tmp_path)
    with pytest.raises(VideoError) as refusal:
        VideoReader(path)
    assert path.name in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_cut_right_after_its_index_is_refused(tmp_path):
    whole = make_video(tmp_path / "whole.mp4", Recipe(muxer=(("movflags", "faststart"),)))
    with pytest.raises(VideoError, match="breaks off before its end"):
        VideoReader(cut_file(whole, tmp_path / "cut.mp4", 0.12))


def test_memory_does_not_grow_with_the_number_of_frames(tmp_path):
    scenes = [draw_scene(index) for index in range(9)]

    def peak(num_frames):
        path = make_video(tmp_path / "video.mp4", Recipe(num_frames=num_frames), lambda index: scenes[index % 9])
        tracemalloc.start()
        for _ in VideoReader(path):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak(5)
    assert peak(120) < peak(30) + 50_000


def test_a_reduced_size_below_one_pixel_is_refused(tmp_path):
    with pytest.raises(ValueError, match="max_size"):
        VideoReader(make_video(tmp_path / "video.mp4"), max_size=0)
