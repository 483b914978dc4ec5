"""Celeb-DF's list of testing videos: `1 YouTube-real/00170.mp4` (1 is real, 0 is fake); the rest is for training."""

from __future__ import annotations

from pathlib import Path

from fakestormer.data.benchmarks.layout import Entry, Listing, Part
from fakestormer.data.benchmarks.lists import read_lines, unreadable

NAME = "List_of_testing_videos.txt"


def read_testing_videos(root: Path, _parts: tuple[Part, ...]) -> dict[str, Entry]:
    """The files for testing."""
    entries = {}
    for line in read_lines(root / NAME):
        number, _, path = line.partition(" ")
        if number not in ("0", "1") or not path:
            raise unreadable(root / NAME, "0 or 1 and a path", line)
        entries[path.strip()] = Entry(label="real" if number == "1" else "fake", split="test")
    return entries


def testing_list(num_listed: int | None) -> Listing:
    """The list of one version of the set, with the documented number of videos for testing."""
    return Listing(
        (NAME,), "comes with the data set", read_testing_videos, unlisted_split="train", num_listed=num_listed
    )
