"""One sentence for a root that does not hold the data set: what was expected, and the folder to give instead."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from fakestormer.datasets.layout import Dataset, matcher
from fakestormer.types import DataError

MOST_LEVELS = 3  # how far above and below the right root we look


def explain_wrong_root(dataset: Dataset, root: Path, files: tuple[str, ...]) -> DataError:
    """The error for a root whose files match no part; `files` are all below it, relative."""
    if dataset.unpack and any(matcher(dataset.unpack).match(name) for name in files):
        packed = next(name for name in files if matcher(dataset.unpack).match(name))
        return DataError(
            f"{root} holds {dataset.title} still packed ({packed}): unpack every archive in the folder where it lies"
        )
    needed = next((part for part in dataset.parts if not part.optional), dataset.parts[-1])
    expected = root / needed.shown
    advice = _deeper(dataset, root, files) or _higher(dataset, root, files) or "check the path"
    return DataError(f"{root} does not hold {dataset.title}: expected files such as {expected}; {advice}")


def _deeper(dataset: Dataset, root: Path, files: tuple[str, ...]) -> str | None:
    """The set lies in a folder below: most of its files say in which."""
    starts: Counter[str] = Counter()
    for name in files:
        pieces = name.split("/")
        for depth in range(1, min(len(pieces), MOST_LEVELS + 1)):
            if _fits(dataset, "/".join(pieces[depth:])):
                starts["/".join(pieces[:depth])] += 1
                break
    return f"give {root / starts.most_common(1)[0][0]}" if starts else None


def _higher(dataset: Dataset, root: Path, files: tuple[str, ...]) -> str | None:
    """The root is a folder within the set."""
    pieces = root.resolve().parts[1:]
    for depth in range(1, min(len(pieces), MOST_LEVELS) + 1):
        head = "/".join(pieces[-depth:])
        if any(_fits(dataset, f"{head}/{name}") for name in files):
            return f"give {Path(*root.resolve().parts[:-depth])}"
    return None


def _fits(dataset: Dataset, name: str) -> bool:
    return any(part.pattern.match(name) for part in dataset.parts)
