"""From an inventory to manifests that `fakestormer evaluate` reads: one of all videos, and one for each split."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fakestormer.datasets.inventory import Inventory, Item
from fakestormer.datasets.layout import Dataset
from fakestormer.files import write_file
from fakestormer.types import DataError

COLUMNS = ("file", "label", "group", "identity", "pair_of", "method", "compression", "split")
MANIFEST_FILE = "manifest.csv"


@dataclass(frozen=True)
class WrittenManifests:
    """The files that were written, each with its number of rows, and the videos left out, which nothing labels."""

    files: tuple[tuple[Path, int], ...]
    unlabelled: tuple[str, ...]


def write_manifests(
    dataset: Dataset, inventory: Inventory, folder: Path, locate: Callable[[Item], Path] | None = None
) -> WrittenManifests:
    """`manifest.csv` and a `manifest-SPLIT.csv` for each split, in the order of the paths; files relative to `folder`.

    `group` is the set with its compression, so that fakes are compared with the real videos of the same compression;
    `identity` is who is seen (for FaceForensics++ the pair), for intervals; `pair_of` names the original of a fake
    where it is listed too.

    Args:
        dataset: the table of the set.
        inventory: what of the set is there.
        folder: where the manifests are written.
        locate: where an item's video is; below the root of the inventory where it is not given.

    Raises:
        DataError: nothing says of any video whether it is real or fake.
    """
    root = Path(inventory.root)
    locate = locate or (lambda item: root / item.path)
    labelled = [item for item in inventory.items if item.entry.label]
    if not labelled:
        paths = dataset.listing.paths if dataset.listing else ()
        raise DataError(
            f"nothing says which videos of {inventory.root} are real: {dataset.title} needs "
            f"{', '.join(str(root / path) for path in paths)} ({dataset.listing.origin if dataset.listing else ''})"
        )
    names = {item.path: Path(os.path.relpath(locate(item), folder)).as_posix() for item in labelled}
    sets = {MANIFEST_FILE: labelled}
    for split in sorted({item.entry.split for item in labelled} - {""}):
        sets[f"manifest-{split}.csv"] = [item for item in labelled if item.entry.split == split]
    for file, items in sets.items():
        _write(folder / file, dataset, items, names)
    return WrittenManifests(
        tuple((folder / file, len(items)) for file, items in sets.items()),
        tuple(item.path for item in inventory.items if not item.entry.label),
    )


def _write(path: Path, dataset: Dataset, items: list[Item], names: dict[str, str]) -> None:
    here = {item.path for item in items}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in items:
        entry = item.entry
        group = entry.group or "-".join(filter(None, (dataset.name, entry.compression)))
        pair = names[entry.original] if entry.label == "fake" and entry.original in here else ""
        facts = (entry.identity, pair, entry.method, entry.compression, entry.split)
        writer.writerow((names[item.path], entry.label, group, *facts))
    write_file(path, text.getvalue())
