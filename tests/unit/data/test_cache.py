from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakestormer.data.cache import CachedTrack, TrackCrops, read_cache, write_index, write_tracks
from fakestormer.data.prepare import cache_name
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
    with pytest.raises(DataError, match="contains no track cache: make one with `fakestormer prepare"):
        read_cache(tmp_path)


def test_a_broken_cache_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.safetensors").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"bad\.safetensors is not a readable cache file"):
        read_cache(tmp_path)


def test_an_index_gives_the_same_tracks_without_opening_their_files(tmp_path: Path) -> None:
    for name, missing in (("a", (0, 3)), ("b", ())):
        write_tracks(tmp_path / f"{name}.safetensors", [some_crops(5, missing)], f"{name}.mp4", name, "studio")
    opened = read_cache(tmp_path)
    write_index(tmp_path)
    for path in tmp_path.glob("*.safetensors"):  # unreadable, but neither older nor smaller
        status = path.stat()
        path.write_bytes(b"x" * status.st_size)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    indexed = read_cache(tmp_path)
    for one, other in zip(indexed, opened, strict=True):
        assert all_but_found(one) == all_but_found(other)  # Python 3.13 compares the arrays themselves
        np.testing.assert_array_equal(one.found, other.found)


def all_but_found(tracks: object) -> dict[str, object]:
    return {one.name: getattr(tracks, one.name) for one in fields(tracks) if one.name != "found"}


def test_a_file_that_changed_since_the_index_is_opened(tmp_path: Path) -> None:
    write_tracks(tmp_path / "a.safetensors", [some_crops(5)], "a.mp4", "anna", "studio")
    write_index(tmp_path)
    write_tracks(tmp_path / "a.safetensors", [some_crops(6)], "a.mp4", "bo", "studio")
    write_tracks(tmp_path / "b.safetensors", [some_crops(2)], "b.mp4", "carl", "studio")
    assert [(track.identity, len(track.found)) for track in read_cache(tmp_path)] == [("bo", 6), ("carl", 2)]
    (tmp_path / "index.json").write_text("nonsense")
    assert len(read_cache(tmp_path)) == 2


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o007, 0o660)])
def test_files_of_a_cache_can_be_read_by_those_the_umask_lets_in(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        cached(tmp_path, some_crops(1))
        write_index(tmp_path)
    finally:
        os.umask(before)
    found = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert found == {"one.safetensors": mode, "index.json": mode}


@pytest.mark.parametrize("name", ["caf\udce9.mp4", "\U0001f600" * 60 + ".mp4", "a\nb.mp4", "x" * 250])
def test_any_name_of_a_source_gives_a_file_name_that_a_disk_takes(tmp_path, name):
    path = tmp_path / cache_name(name)
    path.write_bytes(b"x")
    assert cache_name(name) != cache_name(name + "2")
