"""Ways to keep crops and landmarks on the disk, for `benchmarks/cache.py`: each writes a corpus and reads frames of it.

`write(folder, tracks)` keeps the whole corpus; `open(folder)` gives a function (track, frames) -> (crops, landmarks).
Containers that are made for it hold all tracks in one file and stay open between reads; today's cache opens the track's
file at every read.
"""

from __future__ import annotations

import importlib
import io
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy import ndarray
from safetensors import safe_open
from safetensors.numpy import save_file

from fakestormer.data import TrackCrops, read_cache, write_tracks
from fakestormer.data.cache import JPEG_SETTINGS

Tracks = Sequence[TrackCrops]
Read = Callable[[int, ndarray], tuple[ndarray, ndarray]]
WEBP_LOSSLESS = (cv2.IMWRITE_WEBP_QUALITY, 101)
WEBP_95 = (cv2.IMWRITE_WEBP_QUALITY, 95)
PNG_FAST = (cv2.IMWRITE_PNG_COMPRESSION, 1)


@dataclass(frozen=True)
class Format:
    """A name for the table, the package it needs beside the project's own, and the two functions."""

    name: str
    package: str | None
    write: Callable[[Path, Tracks], None]
    open: Callable[[Path], Read]

    def is_installed(self) -> bool:
        """Whether its package is there."""
        try:
            importlib.import_module(self.package or "numpy")
        except ImportError:
            return False
        return True


def encode(image: ndarray, suffix: str = ".jpg", settings: Sequence[int] = JPEG_SETTINGS) -> ndarray:
    """The picture file of an RGB crop as bytes."""
    return cv2.imencode(suffix, image[..., ::-1], settings)[1].ravel()


def decode(encoded: Any) -> ndarray:
    """The RGB crop of a picture file."""
    return cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)


def marks_of(track: TrackCrops) -> ndarray:
    """The landmarks as they are kept: float32."""
    return track.landmarks.astype(np.float32)


def write_today(folder: Path, tracks: Tracks) -> None:
    """The project's own cache."""
    for place, track in enumerate(tracks):
        write_tracks(folder / f"{place:04}.safetensors", [track], str(place), str(place), "")


def open_today(folder: Path) -> Read:
    """The project's own reader."""
    cached = read_cache(folder)
    return lambda place, frames: cached[place].read(frames)


def encoded_in_safetensors(suffix: str, settings: Sequence[int]) -> tuple[Callable[[Path, Tracks], None], Any]:
    """Today's layout with another picture format."""

    def write(folder: Path, tracks: Tracks) -> None:
        for place, track in enumerate(tracks):
            files = [encode(image, suffix, settings) for image in track.images]
            offsets = np.cumsum([0, *map(len, files)])
            tensors = {"pictures": np.concatenate(files), "offsets": offsets, "landmarks": marks_of(track)}
            save_file(tensors, folder / f"{place:04}.safetensors")

    def open_folder(folder: Path) -> Read:
        def read(place: int, frames: ndarray) -> tuple[ndarray, ndarray]:
            with safe_open(folder / f"{place:04}.safetensors", framework="numpy") as file:
                offsets, pictures = file.get_tensor("offsets"), file.get_slice("pictures")
                marks = file.get_slice("landmarks")
                images = [decode(pictures[offsets[k] : offsets[k + 1]]) for k in frames]
                return np.stack(images), np.concatenate([marks[int(k) : int(k) + 1] for k in frames])

        return read

    return write, open_folder


def write_hdf5(folder: Path, tracks: Tracks) -> None:
    """One file; JPEG bytes end to end in a data set without chunks, as they are read in runs."""
    import h5py

    with h5py.File(folder / "corpus.h5", "w") as file:
        for place, track in enumerate(tracks):
            files = [encode(image) for image in track.images]
            file[f"{place}/jpeg"] = np.concatenate(files)
            file[f"{place}/offsets"] = np.cumsum([0, *map(len, files)])
            file[f"{place}/landmarks"] = marks_of(track)


def open_hdf5(folder: Path) -> Read:
    """The file stays open."""
    import h5py

    file = h5py.File(folder / "corpus.h5", "r")

    def read(place: int, frames: ndarray) -> tuple[ndarray, ndarray]:
        group = file[str(place)]
        offsets, jpeg = group["offsets"][:], group["jpeg"]
        images = [decode(jpeg[offsets[k] : offsets[k + 1]]) for k in frames]
        return np.stack(images), group["landmarks"][frames]

    return read


def write_zarr(folder: Path, tracks: Tracks) -> None:
    """Zarr v3: pixels as they are, a chunk a frame, 64 to a shard file, Zstandard."""
    import zarr

    root = zarr.open_group(folder / "corpus.zarr", mode="w", zarr_format=3)
    for place, track in enumerate(tracks):
        shape = track.images.shape
        pixels = root.create_array(
            f"{place}/pixels", shape=shape, chunks=(1, *shape[1:]), shards=(64, *shape[1:]), dtype="u1"
        )
        pixels[:] = track.images
        marks = marks_of(track)
        kept = root.create_array(f"{place}/landmarks", shape=marks.shape, chunks=(16, *marks.shape[1:]), dtype="f4")
        kept[:] = marks


def open_zarr(folder: Path) -> Read:
    """The group stays open."""
    import zarr

    root = zarr.open_group(folder / "corpus.zarr", mode="r")
    arrays: dict[int, tuple[Any, Any]] = {}

    def read(place: int, frames: ndarray) -> tuple[ndarray, ndarray]:
        if place not in arrays:
            arrays[place] = (root[f"{place}/pixels"], root[f"{place}/landmarks"])
        pixels, marks = arrays[place]
        return pixels[frames[0] : frames[-1] + 1], marks[frames[0] : frames[-1] + 1]

    return read


def write_lmdb(folder: Path, tracks: Tracks) -> None:
    """One database; a key a frame."""
    import lmdb

    with lmdb.open(str(folder / "corpus.lmdb"), map_size=1 << 34) as store, store.begin(write=True) as change:
        for place, track in enumerate(tracks):
            for k, (image, marks) in enumerate(zip(track.images, marks_of(track), strict=True)):
                change.put(f"{place}/{k}".encode(), marks.tobytes() + encode(image).tobytes())


def open_lmdb(folder: Path) -> Read:
    """The database stays mapped."""
    import lmdb

    store = lmdb.open(str(folder / "corpus.lmdb"), readonly=True, lock=False)

    def read(place: int, frames: ndarray) -> tuple[ndarray, ndarray]:
        with store.begin(buffers=True) as look:
            values = [look.get(f"{place}/{k}".encode()) for k in frames]
            marks = [np.frombuffer(value, np.float32, 468 * 2).reshape(468, 2) for value in values]
            return np.stack([decode(value[468 * 8 :]) for value in values]), np.stack(marks)

    return read


def _arrow_table(tracks: Tracks) -> Any:
    import pyarrow as pa

    frames = [(image, marks) for track in tracks for image, marks in zip(track.images, marks_of(track), strict=True)]
    return pa.table(
        {
            "jpeg": [encode(image).tobytes() for image, _ in frames],
            "landmarks": [marks.tobytes() for _, marks in frames],
        }
    )


def _firsts(folder: Path, tracks: Tracks) -> None:
    np.save(folder / "firsts.npy", np.cumsum([0, *(len(track.images) for track in tracks)]))


def _from_rows(rows: Any) -> tuple[ndarray, ndarray]:
    marks = [np.frombuffer(value.as_py(), np.float32).reshape(-1, 2) for value in rows["landmarks"]]
    return np.stack([decode(value.as_buffer()) for value in rows["jpeg"]]), np.stack(marks)


def write_arrow(folder: Path, tracks: Tracks) -> None:
    """Arrow IPC, one row a frame."""
    import pyarrow as pa

    table = _arrow_table(tracks)
    with pa.OSFile(str(folder / "corpus.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)
    _firsts(folder, tracks)


def open_arrow(folder: Path) -> Read:
    """The file stays mapped."""
    import pyarrow as pa

    table = pa.ipc.open_file(pa.memory_map(str(folder / "corpus.arrow"))).read_all()
    firsts = np.load(folder / "firsts.npy")
    return lambda place, frames: _from_rows(table.slice(int(firsts[place] + frames[0]), len(frames)))


def write_parquet(folder: Path, tracks: Tracks) -> None:
    """Parquet, 16 frames a row group, nothing compressed twice."""
    from pyarrow import parquet

    parquet.write_table(
        _arrow_table(tracks), folder / "corpus.parquet", row_group_size=16, compression="none", use_dictionary=False
    )
    _firsts(folder, tracks)


def open_parquet(folder: Path) -> Read:
    """The file and its footer stay in memory."""
    from pyarrow import parquet

    file = parquet.ParquetFile(folder / "corpus.parquet", memory_map=True)
    firsts = np.load(folder / "firsts.npy")

    def read(place: int, frames: ndarray) -> tuple[ndarray, ndarray]:
        first, last = firsts[place] + frames[0], firsts[place] + frames[-1]
        rows = file.read_row_groups(list(range(first // 16, last // 16 + 1)), use_threads=False)
        return _from_rows(rows.slice(int(first % 16), len(frames)))

    return read


def write_tar(folder: Path, tracks: Tracks) -> None:
    """A tar as WebDataset has it: two members a frame."""
    with tarfile.open(folder / "corpus.tar", "w") as archive:
        for place, track in enumerate(tracks):
            for k, (image, marks) in enumerate(zip(track.images, marks_of(track), strict=True)):
                for suffix, content in (("jpg", encode(image).tobytes()), ("landmarks", marks.tobytes())):
                    member = tarfile.TarInfo(f"{place:04}/{k:06}.{suffix}")
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))


def open_tar(folder: Path) -> Read:
    """All headers are read once; the file stays open."""
    with tarfile.open(folder / "corpus.tar") as archive:
        places = {member.name: (member.offset_data, member.size) for member in archive}
    file = (folder / "corpus.tar").open("rb")

    def content(name: str) -> bytes:
        offset, size = places[name]
        file.seek(offset)
        return file.read(size)

    def read(place: int, frames: ndarray) -> tuple[ndarray, ndarray]:
        names = [f"{place:04}/{k:06}" for k in frames]
        marks = [np.frombuffer(content(f"{name}.landmarks"), np.float32).reshape(-1, 2) for name in names]
        return np.stack([decode(content(f"{name}.jpg")) for name in names]), np.stack(marks)

    return read


def film(group: int, quality: int) -> tuple[Callable[[Path, Tracks], None], Callable[[Path], Read]]:
    """H.264 in MP4, 4:4:4, a evidence frame every `group` frames; landmarks beside it."""

    def write(folder: Path, tracks: Tracks) -> None:
        for place, track in enumerate(tracks):
            with av.open(str(folder / f"{place:04}.mp4"), "w") as container:
                stream = container.add_stream("libx264", rate=25)
                stream.width, stream.height, stream.pix_fmt = 256, 256, "yuv444p"
                stream.options = {"crf": str(quality), "preset": "fast", "g": str(group), "bf": "0", "threads": "1"}
                for image in track.images:
                    container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
                container.mux(stream.encode(None))
            np.save(folder / f"{place:04}.npy", marks_of(track))

    def open_folder(folder: Path) -> Read:
        def read(place: int, frames: ndarray) -> tuple[ndarray, ndarray]:
            images = []
            with av.open(str(folder / f"{place:04}.mp4")) as container:
                stream = container.streams.video[0]
                stream.codec_context.thread_count = 1
                duration = int(1 / (25 * stream.time_base))
                container.seek(int(frames[0]) * duration, stream=stream)
                for frame in container.decode(stream):
                    if frame.pts >= frames[0] * duration:
                        images.append(frame.to_ndarray(format="rgb24"))
                    if len(images) == len(frames):
                        break
            return np.stack(images), np.load(folder / f"{place:04}.npy", mmap_mode="r")[frames]

        return read

    return write, open_folder


FORMATS = (
    Format("safetensors, JPEG 95 4:4:4 (the project's)", None, write_today, open_today),
    Format("safetensors, PNG", None, *encoded_in_safetensors(".png", PNG_FAST)),
    Format("safetensors, WebP lossless", None, *encoded_in_safetensors(".webp", WEBP_LOSSLESS)),
    Format("safetensors, WebP 95", None, *encoded_in_safetensors(".webp", WEBP_95)),
    Format("HDF5, JPEG", "h5py", write_hdf5, open_hdf5),
    Format("Zarr v3, pixels, Zstandard", "zarr", write_zarr, open_zarr),
    Format("LMDB, JPEG", "lmdb", write_lmdb, open_lmdb),
    Format("Arrow IPC, JPEG", "pyarrow", write_arrow, open_arrow),
    Format("Parquet, JPEG", "pyarrow", write_parquet, open_parquet),
    Format("tar, JPEG", None, write_tar, open_tar),
    Format("MP4 H.264 4:4:4 crf 12, evidence frames only", None, *film(1, 12)),
    Format("MP4 H.264 4:4:4 crf 12, evidence frame every 12", None, *film(12, 12)),
)
