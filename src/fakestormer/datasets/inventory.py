"""What of a data set is there: found, missing, unexpected, twice, empty, and whether checksums agree."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from fakestormer.datasets.file_hashes import ChecksumResult, check_sums, find_duplicates
from fakestormer.datasets.layout import Dataset, Entry, Label, Part, fill, matcher
from fakestormer.datasets.wrong_root import explain_wrong_root
from fakestormer.types import DataError

Progress = Callable[[str, int, int], None]
IGNORED = frozenset({"Thumbs.db", "desktop.ini", "SHA256SUMS", "MD5SUMS"})


@dataclass(frozen=True)
class Item:
    """One video that was found: its place below the root, its files, its part, and what list and place say of it.

    A video that is a folder of pictures has several files, in order of their numbers.
    """

    path: str
    files: tuple[str, ...]
    part: Part
    entry: Entry


@dataclass(frozen=True)
class PartCount:
    """How many videos of a part were found, and how many are documented (None: no count was found)."""

    path: str
    num_found: int
    num_documented: int | None
    count_source: str


@dataclass(frozen=True)
class Inventory:
    """Everything that was looked for below a root; paths are relative to it.

    `absent`: parts of which nothing is there and nothing need be (another compression, an optional part).
    `missing`: files that a list names, and parts of which nothing was found. `names_sha256` hashes the sorted names and
    sizes of the videos' files: two copies with the same one have the same files, to the byte count.
    """

    dataset: str
    root: str
    items: tuple[Item, ...]
    parts: tuple[PartCount, ...]
    absent: tuple[str, ...]
    missing: tuple[str, ...]
    missing_lists: tuple[str, ...]
    num_listed: int
    num_listed_documented: int | None
    unexpected: tuple[str, ...]
    empty: tuple[str, ...]
    duplicates: tuple[tuple[str, ...], ...]
    checksums: ChecksumResult
    names_sha256: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing, unexpected, empty, twice or damaged, and every documented count is met."""
        short = any(part.num_documented not in (None, part.num_found) for part in self.parts)
        short = short or self.num_listed_documented not in (None, self.num_listed)
        flaws = (self.missing, self.missing_lists, self.unexpected, self.empty, self.duplicates, self.checksums.wrong)
        return not short and not any(flaws)


def take_inventory(dataset: Dataset, root: Path, observe: Progress | None = None) -> Inventory:
    """The inventory of a data set below a root; `observe(what, done, of)` hears how far the reading of files is.

    Names are compared first; only videos of the same size are read, to see whether they are the same, and files for
    which there are checksums.

    Raises:
        DataError: the root is no folder, does not hold the set (the sentence names the expected path and, where it
            lies one folder higher or lower, the root to give), or a list of the set cannot be read.
    """
    if not root.is_dir():
        raise DataError(f"{root} is not a folder: give the folder that holds {dataset.title}")
    files = _list_files(root)
    found = _match(dataset, files)
    if not found:
        raise explain_wrong_root(dataset, root, files)
    present = tuple(part for part in dataset.parts if any(part is one for one, _, _ in found.values()))
    entries, missing_lists = _read_lists(dataset, root, present)
    items = tuple(_item(dataset, path, *found[path], entries) for path in sorted(found))
    sizes = {name: (root / name).stat().st_size for item in items for name in item.files}
    used = {name for item in items for name in item.files}
    return Inventory(
        dataset=dataset.name,
        root=str(root),
        items=items,
        parts=_count(dataset, present, items),
        absent=tuple(part.shown for part in dataset.parts if part not in present and _may_lack(part, present)),
        missing=_missing(dataset, present, entries, found),
        missing_lists=missing_lists,
        num_listed=len(entries),
        num_listed_documented=dataset.listing.num_listed if dataset.listing else None,
        unexpected=_unexpected(dataset, set(files) - used, items, entries if not missing_lists else None),
        empty=tuple(name for name, size in sizes.items() if size == 0),
        duplicates=find_duplicates(root, {item.path: item.files for item in items}, sizes, observe),
        checksums=check_sums(root, observe),
        names_sha256=hashlib.sha256("\n".join(f"{name}\t{sizes[name]}" for name in sorted(sizes)).encode()).hexdigest(),
    )


def trainable(inventory: Inventory) -> tuple[Item, ...]:
    """The genuine videos for training: those of the split "train"; all where the set knows no splits.

    None where a list that tells splits is not there: what is for testing must not slip in.
    """
    has_splits = bool(inventory.missing_lists) or any(item.entry.split for item in inventory.items)
    wanted = "train" if has_splits else ""
    return tuple(item for item in inventory.items if item.entry.label == "real" and item.entry.split == wanted)


Found = dict[str, tuple[Part, dict[str, str], tuple[str, ...]]]


def _list_files(root: Path) -> tuple[str, ...]:
    """Every file below the root but hidden ones, relative, with slashes, in order; links to folders are followed."""
    names: list[str] = []
    seen: set[str] = set()
    for folder, below, here in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        below[:] = [] if real in seen else sorted(name for name in below if not name.startswith("."))
        if real in seen:  # a link that leads back to where we were
            continue
        seen.add(real)
        place = Path(folder).relative_to(root)
        names.extend((place / name).as_posix() for name in here if not name.startswith(".") and name not in IGNORED)
    return tuple(sorted(names))


def _match(dataset: Dataset, files: Iterable[str]) -> Found:
    """The videos by their place: part, what its places stood for, and its files."""
    found: Found = {}
    for name in files:
        for part in dataset.parts:
            match = part.pattern.match(name)
            if match:
                path = name.rpartition("/")[0] if part.frames else name
                earlier = found[path][2] if path in found else ()
                found[path] = (part, match.groupdict(), (*earlier, name))
                break
    return found


def _read_lists(dataset: Dataset, root: Path, present: tuple[Part, ...]) -> tuple[dict[str, Entry], tuple[str, ...]]:
    """What the lists say, and which of them are not there; without all of them nothing is read."""
    if dataset.listing is None:
        return {}, ()
    missing = tuple(path for path in dataset.listing.paths if not (root / path).is_file())
    return ({} if missing else dataset.listing.read(root, present)), missing


def _item(
    dataset: Dataset,
    path: str,
    part: Part,
    places: dict[str, str],
    files: tuple[str, ...],
    entries: dict[str, Entry],
) -> Item:
    listed = entries.get(path)
    if listed and listed.label and part.label and listed.label != part.label:
        raise DataError(
            f"the list of {dataset.title} calls {path} {listed.label}, but its folder holds what is {part.label}: "
            "get the list again"
        )
    told = listed or Entry(split=dataset.listing.unlisted_split if dataset.listing and entries else "")
    entry = dataclasses.replace(
        told,
        label=part.label or told.label,
        split=told.split or part.split or places.get("split", ""),
        method=told.method or _method(part, told.label, places),
        identity=told.identity or places.get("identity") or places.get("target") or "",
        original=told.original or (fill(part.original, places) if part.original else ""),
        compression=told.compression or part.compression,
    )
    if part.frames:
        files = tuple(sorted(files, key=lambda name: int(part.pattern.match(name)["frame"])))  # type: ignore[index]
    return Item(path, files, part, entry)


def _method(part: Part, listed: Label | None, places: dict[str, str]) -> str:
    """How it was forged; a genuine file has a method only where its part says so (a voice that is not its own)."""
    if part.label == "real" or (part.label is None and listed == "real"):
        return part.method if part.label else ""
    return part.method or places.get("method", "")


def _count(dataset: Dataset, present: tuple[Part, ...], items: tuple[Item, ...]) -> tuple[PartCount, ...]:
    counts = Counter(id(item.part) for item in items)
    shown = (part for part in dataset.parts if part in present or not _may_lack(part, present))
    return tuple(PartCount(part.shown, counts[id(part)], part.num_files, part.count_source) for part in shown)


def _may_lack(part: Part, present: tuple[Part, ...]) -> bool:
    """Whether the set is whole without any file of this part: it is optional, or its compression was not fetched."""
    return part.optional or (bool(part.compression) and part.compression not in {one.compression for one in present})


def _missing(dataset: Dataset, present: tuple[Part, ...], entries: dict[str, Entry], found: Found) -> tuple[str, ...]:
    whole_parts = [part.shown for part in dataset.parts if part not in present and not _may_lack(part, present)]
    return (*whole_parts, *sorted(path for path in entries if path not in found))


def _unexpected(
    dataset: Dataset, others: set[str], items: tuple[Item, ...], entries: dict[str, Entry] | None
) -> tuple[str, ...]:
    """Files that belong to no part and no side, and those that a complete list does not name."""
    lists = set(dataset.listing.paths) if dataset.listing else set()
    sides = [matcher(template) for template in dataset.side]
    strange = {name for name in others - lists if not any(side.match(name) for side in sides)}
    if dataset.listing and dataset.listing.complete and entries is not None:
        strange |= {item.path for item in items if item.path not in entries}
    return tuple(sorted(strange))
