from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fakestormer.data.cache import CachedTrack, TrackCrops, read_cache, write_tracks
from fakestormer.types import DataError


def some_crops(num_frames: int, missing: tuple[int, ...] = ()) -> TrackCrops:
    rng = np.random.default_rng(1)
    smooth = [cv2.resize(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8), (256, 256)) for _ in range(num_frames)]
    found = np.array([frame not in missing for frame in range(num_frames)])
    return TrackCrops(
        track_id=3,
        scheme="ibug68",
        images=np.stack(smooth).astype(np.uint8),
        landmarks=rng.uniform(0, 256, (num_frames, 68, 2)),
        found=found,
        frame_index=np.arange(num_frames),
        time=np.arange(num_frames) / 25,
    )


def cached(folder: Path, crops: TrackCrops) -> CachedTrack:
    write_tracks(folder / "one.safetensors", [crops], "one.mp4", "anna", "studio")
    (track,) = read_cache(folder)
    return track


def test_any_frames_of_a_track_come_back_with_their_landmarks(tmp_path: Path) -> None:
    crops = some_crops(6)
    images, landmarks = cached(tmp_path, crops).read([4, 1])
    np.testing.assert_allclose(landmarks, crops.landmarks[[4, 1]], atol=1e-4)
    difference = np.abs(images.astype(int) - crops.images[[4, 1]])
    assert difference.mean() < 1.5  # JPEG at 95, full chroma


def test_the_cache_knows_whom_a_track_shows_and_where_it_came_from(tmp_path: Path) -> None:
    track = cached(tmp_path, some_crops(2))
    assert (track.source, track.identity, track.group, track.scheme) == ("one.mp4", "anna", "studio", "ibug68")


def test_clips_start_only_where_all_their_frames_have_landmarks(tmp_path: Path) -> None:
    track = cached(tmp_path, some_crops(10, missing=(5,)))
    assert track.clip_starts(4).tolist() == [0, 1, 6]
    assert track.clip_starts(2, frame_stride=3).tolist() == [0, 1, 6]
    assert track.clip_starts(11).tolist() == []


def test_one_frame_is_a_still(tmp_path: Path) -> None:
    assert cached(tmp_path, some_crops(1)).is_still


def test_an_empty_folder_is_refused_with_the_command_that_fills_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no track cache: make one with `fakestormer prepare"):
        read_cache(tmp_path)


def test_a_broken_cache_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.safetensors").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"bad\.safetensors is not a readable cache file"):
        read_cache(tmp_path)
