"""The track cache: every frame of every tracked face as a crop with landmarks, ready for random access.

One safetensors file a video. For track k it holds `k.jpeg` (all crops one after another, JPEG), `k.offsets` (where each
begins; one more than there are frames), `k.landmarks` (frames x points x 2, crop pixels), `k.found` (frames where
landmarks were found), `k.frame_index` and `k.time`; what the file is about stands in its metadata.
A photograph is a track of one frame. Beside the files, `prepare.jsonl` accounts for every source, and `index.json`
spares opening every file to know what there is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from numpy import ndarray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from fakestormer.data.index import IndexedFile, Stamp, list_stamps, load_index, save_index
from fakestormer.files import write_file
from fakestormer.types import ClipSpec, DataError

CACHE_VERSION = "1"
# The whole enlarged face box: training cuts its random margin from it (method, section 2, step 3).
CACHE_SPEC = ClipSpec(image_size=256, crop_margin=0.0)
# 4:4:4 at 95 keeps chroma edges; measured sizes stand in docs/decisions/0001-track-cache.md.
JPEG_SETTINGS = (cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)


@dataclass(frozen=True, slots=True)
class TrackCrops:
    """All crops of one face track: pictures, landmarks (crop pixels) and the frames where landmarks were found."""

    track_id: int
    scheme: str
    images: UInt8[ndarray, "frames size size 3"]
    landmarks: Float[ndarray, "frames points 2"]
    found: Bool[ndarray, " frames"]
    frame_index: Int[ndarray, " frames"]
    time: Float[ndarray, " frames"]


@dataclass(frozen=True, slots=True)
class Forgery:
    """How a forged source was made, and from what.

    Attributes:
        method: the name of the method; empty where it is not known.
        pair_of: the name of the genuine source that it follows; empty where there is none.
        places: of a reconstruction, which frames of the genuine track its frames were made from; empty where it
            follows the genuine source frame by frame.
    """

    method: str
    pair_of: str
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CachedTrack:
    """Where one track lies in the cache and what is known of it; `identity` and `group` come from the manifest.

    `forgery` is None where the source is genuine.
    """

    path: Path
    track_id: int
    source: str
    identity: str
    group: str
    scheme: str
    found: Bool[ndarray, " frames"]
    forgery: Forgery | None = None

    @property
    def is_still(self) -> bool:
        """Whether the track is a single photograph."""
        return len(self.found) == 1

    def frame_rate(self) -> float:
        """Frames a second, by the median of the times between them; 0 for a still."""
        with safe_open(self.path, framework="numpy") as file:
            gaps = np.diff(file.get_tensor(f"{self.track_id}.time"))
        return 1 / float(np.median(gaps)) if len(gaps) else 0.0

    def clip_starts(self, num_frames: int, frame_stride: int = 1) -> Int[ndarray, " starts"]:
        """The frames at which a clip can start: all of its frames, and those between, have landmarks."""
        span = (num_frames - 1) * frame_stride + 1
        if len(self.found) < span:
            return np.zeros(0, np.int64)
        complete = np.lib.stride_tricks.sliding_window_view(self.found, span).all(axis=1)
        starts: Int[ndarray, " starts"] = np.flatnonzero(complete)
        return starts

    def read(
        self, frames: Sequence[int] | Int[ndarray, " count"]
    ) -> tuple[UInt8[ndarray, "count size size 3"], Float[ndarray, "count points 2"]]:
        """Crops and landmarks of the frames named (places in the track, not in the video)."""
        with safe_open(self.path, framework="numpy") as file:
            offsets = file.get_tensor(f"{self.track_id}.offsets")
            encoded = file.get_slice(f"{self.track_id}.jpeg")
            images = [_decode(encoded[offsets[k] : offsets[k + 1]]) for k in frames]
            landmarks = file.get_slice(f"{self.track_id}.landmarks")
            # Row by row: those of the whole track are a megabyte.
            return np.stack(images), np.concatenate([landmarks[int(k) : int(k) + 1] for k in frames])


def write_tracks(
    path: Path,
    tracks: Iterable[TrackCrops],
    source: str,
    identity: str,
    group: str,
    forgery: Forgery | None = None,
) -> None:
    """A cache file with all tracks of one source, written whole or not at all.

    Args:
        path: the file.
        tracks: the crops of every track of the source.
        source: the source's name in its manifest.
        identity: the person.
        group: the page or data set that the source comes from.
        forgery: how it was forged; None where it is genuine.
    """
    tensors: dict[str, ndarray] = {}
    described = []
    for track in tracks:
        encoded = [cv2.imencode(".jpg", image[..., ::-1], JPEG_SETTINGS)[1].ravel() for image in track.images]
        key = str(track.track_id)
        tensors[f"{key}.jpeg"] = np.concatenate(encoded)
        tensors[f"{key}.offsets"] = np.cumsum([0, *(len(one) for one in encoded)], dtype=np.int64)
        tensors[f"{key}.landmarks"] = track.landmarks.astype(np.float32)
        tensors[f"{key}.found"] = track.found
        tensors[f"{key}.frame_index"] = track.frame_index.astype(np.int64)
        tensors[f"{key}.time"] = track.time.astype(np.float64)
        described.append({"track_id": track.track_id, "scheme": track.scheme})
    about: dict[str, Any] = {"source": source, "identity": identity, "group": group, "tracks": described}
    if forgery:
        about["forgery"] = asdict(forgery)
    # Not by save_file: its files are for their owner alone, whatever the umask, and a cache is read by others too.
    write_file(path, save(tensors, metadata={"version": CACHE_VERSION, "about": json.dumps(about)}))


def read_cache(folder: Path) -> tuple[CachedTrack, ...]:
    """Every track in a cache folder, in the order of its file names."""
    files = _described_files(folder)
    if not files:
        raise DataError(f"{folder} contains no track cache: make one with `fakestormer prepare VIDEOS --out {folder}`")
    return tuple(track for path, file in files for track in _tracks_of(path, file))


def write_index(folder: Path) -> None:
    """Notes what every file of the folder holds, so that `read_cache` need not open those that did not change since."""
    save_index(folder, CACHE_VERSION, {path.name: file for path, file in _described_files(folder)})


def _described_files(folder: Path) -> list[tuple[Path, IndexedFile]]:
    indexed, described = load_index(folder, CACHE_VERSION), []
    for name, stamp in list_stamps(folder, ".safetensors"):
        file = indexed.get(name)
        described.append((folder / name, file if file and file.stamp == stamp else _read_file(folder / name, stamp)))
    return described


def _tracks_of(path: Path, file: IndexedFile) -> tuple[CachedTrack, ...]:
    about = file.about
    return tuple(
        CachedTrack(
            path=path,
            track_id=one["track_id"],
            source=about["source"],
            identity=about["identity"],
            group=about["group"],
            scheme=one["scheme"],
            found=found,
            forgery=_forgery(about),
        )
        for one, found in zip(about["tracks"], file.found, strict=True)
    )


def _forgery(about: dict[str, Any]) -> Forgery | None:
    if "forgery" not in about:
        return None
    told = about["forgery"]
    return Forgery(told["method"], told["pair_of"], tuple(told.get("places", ())))


def cache_fingerprint(folders: Sequence[Path]) -> str:
    """SHA-256 over the names and sizes of all cache files, whatever the folders are called."""
    listed = [[path.name, path.stat().st_size] for folder in folders for path in sorted(folder.glob("*.safetensors"))]
    return hashlib.sha256(json.dumps(sorted(listed)).encode()).hexdigest()


def _read_file(path: Path, stamp: Stamp) -> IndexedFile:
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("version") != CACHE_VERSION:
                raise DataError(
                    f"{path} is a track cache of version {metadata.get('version')}, this package reads "
                    f"{CACHE_VERSION}: run `fakestormer prepare` again into a new folder"
                )
            about = json.loads(metadata["about"])
            found = [file.get_tensor(f"{one['track_id']}.found") for one in about["tracks"]]
            return IndexedFile(stamp, about, found)
    except SafetensorError as error:
        raise DataError(f"{path} is not a readable cache file ({error}): delete it and run `prepare` again") from error


def _decode(encoded: UInt8[ndarray, " bytes"]) -> UInt8[ndarray, "size size 3"]:
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise DataError("a crop of the track cache is no longer a JPEG: delete the cache and run `prepare` again")
    return image.astype(np.uint8, copy=False)
