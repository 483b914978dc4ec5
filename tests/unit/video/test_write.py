from __future__ import annotations

import numpy as np
import pytest
from tests.bad_videos import draw_scene

from fakestormer.types import FakestormerError, VideoError
from fakestormer.video import VideoReader, write_video


def test_written_images_come_back_at_their_times(tmp_path):
    images = [draw_scene(index) for index in range(8)]
    write_video(tmp_path / "video.mp4", images, 29.97, crf=8)
    reader = VideoReader(tmp_path / "video.mp4")
    frames = list(reader)
    assert [frame.time for frame in frames] == pytest.approx([index / 29.97 for index in range(8)], abs=1e-3)
    assert reader.info.codec == "h264"
    assert reader.info.pixel_format == "yuv420p"
    assert reader.info.frame_rate == pytest.approx(29.97, rel=1e-4)
    for frame, image in zip(frames, images, strict=True):
        assert np.abs(frame.image.astype(int) - image).mean() < 10


def test_colours_survive(tmp_path):
    image = np.full((32, 32, 3), (200, 30, 60), np.uint8)
    write_video(tmp_path / "red.mp4", [image], 25.0)
    (frame,) = VideoReader(tmp_path / "red.mp4")
    assert np.abs(frame.image.astype(int) - image).max() <= 4


def test_odd_sizes_are_padded_to_even_ones_by_their_edge(tmp_path):
    image = draw_scene(0, 35, 21)
    write_video(tmp_path / "odd.mp4", [image], 25.0, crf=1)
    (frame,) = VideoReader(tmp_path / "odd.mp4")
    assert frame.image.shape == (22, 36, 3)
    assert np.abs(frame.image[21].astype(int) - frame.image[20]).mean() < 12


def test_images_are_taken_one_by_one(tmp_path):
    write_video(tmp_path / "video.mp4", (draw_scene(index) for index in range(3)), 25.0)
    assert len(list(VideoReader(tmp_path / "video.mp4"))) == 3


def test_nothing_to_write_is_refused(tmp_path):
    with pytest.raises(VideoError, match="no images"):
        write_video(tmp_path / "video.mp4", [], 25.0)
    assert not (tmp_path / "video.mp4").exists()


def test_images_of_several_sizes_are_refused(tmp_path):
    with pytest.raises(VideoError, match="image 1 is 64 x 48 pixels"):
        write_video(tmp_path / "video.mp4", [draw_scene(0), draw_scene(0, 64, 48)], 25.0)


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(FakestormerError, match="cannot be written"):
        write_video(tmp_path / "file" / "video.mp4", [draw_scene(0)], 25.0)


def test_a_frame_rate_that_is_not_positive_is_refused(tmp_path):
    with pytest.raises(ValueError, match="frame_rate"):
        write_video(tmp_path / "video.mp4", [draw_scene(0)], 0.0)
