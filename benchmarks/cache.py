"""Size, reading and writing time of track cache formats, and the time to open a large cache, as JSON.

python benchmarks/cache.py [--cache FOLDER] [--tracks 4] [--frames 100] [--reads 60] [--opened 1000,100000]

CPU time of one process; formats take turns, so that a busy machine is busy for all. Crops come from tracks of the cache
given: they have been through JPEG once, so lossless formats keep its noise as well. Without one they are drawn: times
are then about right, sizes are not. Formats whose package is missing are left out and named
(`pip install h5py lmdb pyarrow zarr`).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from cache_formats import FORMATS, Format, Read, Tracks
from synthesis import SCHEME, draw_clip

from fakestormer.data import TrackCrops, read_cache, write_tracks
from fakestormer.data.cache import CACHE_VERSION
from fakestormer.data.index import IndexedFile, list_stamps, save_index

FRAMES_A_MINUTE = 25 * 60
CLIP = 4


def cached_tracks(folder: Path, num_tracks: int, num_frames: int) -> list[TrackCrops]:
    """The first frames of tracks spread over a cache that `prepare` made, decoded."""
    long = [track for track in read_cache(folder) if len(track.clip_starts(num_frames))]
    tracks = []
    for place in np.linspace(0, len(long) - 1, num_tracks).astype(int):
        frames = long[place].clip_starts(num_frames)[0] + np.arange(num_frames)
        images, marks = long[place].read(frames)
        tracks.append(TrackCrops(0, long[place].scheme, images, marks, np.ones(num_frames, bool), frames, frames / 25))
    return tracks


def draw_track(num_frames: int) -> TrackCrops:
    """Drawn crops with as many landmarks as real ones have."""
    images, points = draw_clip()
    repeats = -(-num_frames // len(images))
    count = np.arange(num_frames)
    images = np.tile(images, (repeats, 1, 1, 1))[:num_frames]
    points = np.tile(np.resize(points, (len(points), 468, 2)), (repeats, 1, 1))[:num_frames]
    return TrackCrops(0, SCHEME, images, points, np.ones(num_frames, bool), count, count / 25)


def size_of(folder: Path) -> int:
    """Bytes on the disk: blocks, since LMDB's file has holes."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def write_all(kind: Format, folder: Path, tracks: Tracks) -> dict[str, float]:
    """Size and writing time."""
    folder.mkdir()
    since = time.process_time()
    kind.write(folder, tracks)
    num_frames = sum(len(track.images) for track in tracks)
    spent = time.process_time() - since
    return {
        "MB a minute": round(size_of(folder) / num_frames * FRAMES_A_MINUTE / 1e6, 1),
        "ms to write a frame": round(1000 * spent / num_frames, 2),
    }


def check(read: Read, tracks: Tracks) -> float:
    """PSNR of what is read, in dB (0 where nothing is lost); landmarks must be the very ones."""
    errors = []
    for place, track in enumerate(tracks):
        frames = np.arange(min(3, len(track.images) - CLIP), min(3, len(track.images) - CLIP) + CLIP)
        images, marks = read(place, frames)
        np.testing.assert_array_equal(marks, track.landmarks[frames].astype(np.float32))
        errors.append(np.square(images.astype(float) - track.images[frames]).mean())
    mean = float(np.mean(errors))
    return round(10 * np.log10(255**2 / mean), 1) if mean else 0.0


def time_reads(readers: dict[str, Read], tracks: Tracks, num_reads: int) -> dict[str, float]:
    """Median CPU milliseconds to read four frames with landmarks, the files being in memory."""
    rng = np.random.default_rng(0)
    spent: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(num_reads):
        place = int(rng.integers(len(tracks)))
        frames = rng.integers(len(tracks[place].images) - CLIP + 1) + np.arange(CLIP)
        for name, read in readers.items():
            since = time.process_time()
            read(place, frames)
            spent[name].append(1000 * (time.process_time() - since))
    return {name: round(float(np.median(times)), 2) for name, times in spent.items()}


def compare_formats(tracks: Tracks, num_reads: int) -> list[dict[str, object]]:
    """A row a format."""
    with tempfile.TemporaryDirectory() as folder:
        rows, readers = {}, {}
        for number, kind in enumerate(FORMATS):
            if not kind.is_installed():
                rows[kind.name] = {"format": kind.name, "left out": f"{kind.package} is not installed"}
                continue
            place = Path(folder) / str(number)
            rows[kind.name] = {"format": kind.name, **write_all(kind, place, tracks)}
            readers[kind.name] = kind.open(place)
            rows[kind.name]["PSNR, dB (0: lossless)"] = check(readers[kind.name], tracks)
        times = time_reads(readers, tracks, num_reads)
    first = times[FORMATS[0].name]
    for name, spent in times.items():
        rows[name] |= {"ms to read 4 frames": spent, "times the project's": round(spent / first, 2)}
    return list(rows.values())


def time_opening(count: int) -> dict[str, float]:
    """CPU and wall seconds to open a cache of so many videos of 256 frames, by opening every file and by the index.

    The files of the second are empty: with an index they are counted, not opened.
    """
    found = np.ones(256, bool)
    track = TrackCrops(
        0, SCHEME, np.zeros((1, 8, 8, 3), np.uint8), np.zeros((1, 2, 2)), found[:1], np.zeros(1, int), np.zeros(1)
    )
    about = {"source": "talks/000000.mp4", "identity": "person_000000", "group": "talks"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tracks(folder / "first.safetensors", [track], *about.values())
        content = (folder / "first.safetensors").read_bytes()
        few = min(count, 2000)
        for number in range(count):
            (folder / f"{number:016x}.safetensors").write_bytes(content if number < few else b"")
        opened = {}
        if few == count:
            opened["opening every file"] = clock(lambda: read_cache(folder))
        about["tracks"] = [{"track_id": 0, "scheme": SCHEME}]  # type: ignore[assignment]
        stamps = list_stamps(folder, ".safetensors")
        save_index(folder, CACHE_VERSION, {name: IndexedFile(stamp, about, [found]) for name, stamp in stamps})
        opened["by the index"] = clock(lambda: read_cache(folder))
        opened["index, MB"] = round((folder / "index.json").stat().st_size / 1e6, 1)
        opened["inodes"] = len(os.listdir(folder))  # noqa: PTH208  (of names only)
    return {"videos": count, **opened}


def clock(action: object) -> dict[str, float]:
    """CPU (user and system) and wall seconds."""
    before, since = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    action()  # type: ignore[operator]
    wall, after = time.perf_counter() - since, resource.getrusage(resource.RUSAGE_SELF)
    return {
        "cpu s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 3),
        "wall s": round(wall, 3),
    }


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description="Compare formats of the track cache.")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--tracks", type=int, default=4)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--reads", type=int, default=60)
    parser.add_argument("--opened", default="1000,100000")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    drawn = options.cache is None
    tracks = [draw_track(options.frames)] if drawn else cached_tracks(options.cache, options.tracks, options.frames)
    table = {
        "crops": "drawn" if drawn else f"{options.tracks} tracks of a cache",
        "frames": sum(len(track.images) for track in tracks),
        "formats": compare_formats(tracks, options.reads),
        "opening": [time_opening(int(count)) for count in options.opened.split(",") if count],
    }
    print(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
