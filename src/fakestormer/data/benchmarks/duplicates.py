"""The same video under two names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from fakestormer.data.benchmarks.digest import hash_files


def find_duplicates(
    root: Path,
    videos: dict[str, tuple[str, ...]],
    sizes: dict[str, int],
    observe: Callable[[str, int, int], None] | None = None,
) -> tuple[tuple[str, ...], ...]:
    """Groups of videos with the same bytes, each in order; `videos` gives each video's files, `sizes` their sizes.

    Only videos that have the same sizes are read. Empty files are not compared.
    """
    alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for path, files in videos.items():
        shape = tuple(sizes[name] for name in files)
        if any(shape):
            alike[shape].append(path)
    waiting = [paths for paths in alike.values() if len(paths) > 1]
    total = sum(map(len, waiting))
    same: dict[str, list[str]] = defaultdict(list)
    done = 0
    for paths in waiting:
        for path in paths:
            same[hash_files(root / name for name in videos[path])].append(path)
            done += 1
            if observe is not None:
                observe("files of the same size compared", done, total)
    return tuple(sorted(tuple(sorted(paths)) for paths in same.values() if len(paths) > 1))
