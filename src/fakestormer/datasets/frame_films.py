"""Folders of pictures become videos, for the data sets that come as frames."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.datasets.inventory import Item
from fakestormer.types import DataError, VideoError
from fakestormer.video import write_video

# The pictures do not say how fast they were taken; 25 a second is usual.
FRAME_RATE = 25.0
# x264's best: what is lost is the halving of colour, which most videos of the other sets have been through as well.
CRF = 0


def film_path(folder: Path, item: Item) -> Path:
    """Where the video of a folder of pictures is written; the same for the same pictures' names."""
    key = hashlib.sha256("\n".join(item.files).encode()).hexdigest()[:8]
    return folder / f"{item.path.replace('/', '-')}-{key}.mp4"


def write_films(
    root: Path, folder: Path, items: tuple[Item, ...], observe: Callable[[str, int, int], None] | None = None
) -> tuple[tuple[str, str], ...]:
    """The items that gave no video, each with the reason; those that are there already are not made again.

    Pictures follow each other by their numbers, 25 a second; where numbers are left out, so are the moments.

    Args:
        root: of the data set.
        folder: where the videos are written.
        items: folders of pictures.
        observe: hears what is done, how many items are finished, and of how many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    failures = []
    for number, item in enumerate(items, start=1):
        path = film_path(folder, item)
        if not path.exists():
            try:
                write_video(path, _read_pictures(root, item), FRAME_RATE, CRF)
            except (DataError, VideoError) as error:
                failures.append((item.path, str(error)))
        if observe is not None:
            observe("videos made of pictures", number, len(items))
    return tuple(failures)


def _read_pictures(root: Path, item: Item) -> Iterator[UInt8[ndarray, "height width 3"]]:
    for name in item.files:
        image = cv2.imread(str(root / name), cv2.IMREAD_COLOR)
        if image is None:
            raise DataError(f"the picture {root / name} cannot be read: unpack its archive again")
        yield np.ascontiguousarray(image[..., ::-1])
