"""A shortcut to what the files of a cache folder hold: one file read instead of a hundred thousand opened.

Never the truth: a file whose size or time of change is not the one noted here is opened instead, and a shortcut that
cannot be read counts as none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool
from numpy import ndarray

from fakestormer.files import write_file

INDEX_NAME = "index.json"

# Size in bytes and time of change in nanoseconds.
Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """What one cache file says about itself, and for each of its tracks on which frames landmarks were found."""

    stamp: Stamp
    about: dict[str, Any]
    found: list[Bool[ndarray, " frames"]]


def list_stamps(folder: Path, suffix: str) -> list[tuple[str, Stamp]]:
    """Names and stamps of the files with this suffix, in the order of their names."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        seen = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(suffix)]
    return sorted((name, (status.st_size, status.st_mtime_ns)) for name, status in seen)


def save_index(folder: Path, version: str, files: Mapping[str, IndexedFile]) -> None:
    """Writes the index; several machines may do so at once."""
    rows = [[name, *file.stamp, file.about, [_runs(found) for found in file.found]] for name, file in files.items()]
    write_file(folder / INDEX_NAME, json.dumps({"version": version, "files": rows}, separators=(",", ":")))


def load_index(folder: Path, version: str) -> dict[str, IndexedFile]:
    """What the index notes of each file name; nothing where there is no index of this version."""
    try:
        noted = json.loads((folder / INDEX_NAME).read_text(encoding="utf-8"))
        if noted["version"] != version:
            return {}
        return {
            name: IndexedFile((size, changed), about, [_unrolled(*runs) for runs in found])
            for name, size, changed, about, found in noted["files"]
        }
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _runs(found: Bool[ndarray, " frames"]) -> tuple[int, list[int]]:
    """Number of frames, and where the value changes, beginning with False."""
    return len(found), np.flatnonzero(np.diff(found, prepend=False)).tolist()


def _unrolled(num_frames: int, changes: list[int]) -> Bool[ndarray, " frames"]:
    turned = np.zeros(num_frames, bool)
    turned[changes] = True
    found: Bool[ndarray, " frames"] = np.logical_xor.accumulate(turned)
    return found
