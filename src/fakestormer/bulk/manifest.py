"""The manifest: every file to examine, listed once and kept as Parquet; a listing that was killed goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fakestormer.bulk.entries import Entry, batches, list_place
from fakestormer.bulk.remote import is_remote
from fakestormer.bulk.schema import MANIFEST, VERSION_KEY, from_parquet, to_parquet
from fakestormer.bulk.uri_lists import LIST_SUFFIXES, list_addresses
from fakestormer.files import check_writable, write_aside, write_file
from fakestormer.types import DataError

PIECE = 20_000  # entries between two notes on the disk
PIECE_OF_LIST = 2_000  # of these each may have been asked for
SOURCE_KEY = b"fakestormer.bulk.source"


@dataclass(frozen=True, slots=True)
class Listed:
    """How many entries a manifest has, and how many lines of a list named a file a second time."""

    num_entries: int
    num_repeated: int


def list_inputs(
    source: str, target: Path, every_name: bool = False, observe: Callable[[int], None] | None = None
) -> Listed:
    """Writes the manifest of a source; started again after it was killed, it goes on behind what it has.

    Args:
        source: a folder, a pattern with * and ?, an address of a bucket, or a list (CSV, JSON lines, Parquet, text).
        target: the Parquet file to write.
        every_name: also files whose names do not end as those of videos do.
        observe: hears how many entries there are.

    Raises:
        DataError: the source cannot be listed or has no file, or the target cannot be written.
    """
    check_writable(target)
    found = Path(source)
    is_list = not is_remote(source) and found.suffix.lower() in LIST_SUFFIXES and found.is_file()
    if is_list and is_manifest(found):
        with write_aside(target) as aside:
            shutil.copyfile(found, aside)
        return Listed(pq.read_metadata(target).num_rows, 0)
    pieces = target.with_name(f"{target.name}.listing")
    _go_on(pieces, f"{source}\n{every_name}")
    count = sum(pq.read_metadata(piece).num_rows for piece in pieces.glob("*.parquet"))
    after = _last_uri(pieces)
    entries = list_addresses(found, count) if is_list else list_place(source, every_name, after)
    for piece in batches(entries, PIECE_OF_LIST if is_list else PIECE):
        write_file(pieces / f"{count:012d}.parquet", to_parquet(_table(piece)))
        count += len(piece)
        if observe is not None:
            observe(count)
    if count == 0:
        raise DataError(f"{source} contains no video: check it, or list files of every name with --every-name")
    listed = _join(pieces, target, once_only=is_list)
    shutil.rmtree(pieces, ignore_errors=True)
    return listed


def is_manifest(path: Path) -> bool:
    """Whether `list_inputs` wrote the file."""
    try:
        return VERSION_KEY in (pq.read_schema(path).metadata or {}) and pq.read_schema(path).names == MANIFEST.names
    except (pa.ArrowException, OSError):
        return False


def _go_on(pieces: Path, source: str) -> None:
    """Keeps the pieces of an earlier listing of the same source, and erases those of another."""
    note = pieces / "source.txt"
    if pieces.exists() and not (note.is_file() and note.read_text(encoding="utf-8") == source):
        shutil.rmtree(pieces, ignore_errors=True)
    write_file(note, source)


def _last_uri(pieces: Path) -> str | None:
    last = max(pieces.glob("*.parquet"), default=None)
    return None if last is None else str(from_parquet(str(last), ["uri"])["uri"][-1])


def _table(entries: list[Entry]) -> Any:
    columns = {
        "id": [one.id for one in entries],
        "uri": [one.uri for one in entries],
        "size": [one.size for one in entries],
        "etag": [one.etag for one in entries],
    }
    return pa.table(columns, schema=MANIFEST)


def _join(pieces: Path, target: Path, once_only: bool) -> Listed:
    """One file of all pieces; of a list each entry once, the first time that it comes."""
    seen: set[bytes] = set()
    kept = repeated = 0
    with write_aside(target) as aside, pq.ParquetWriter(aside, MANIFEST, compression="zstd") as writer:
        for piece in sorted(pieces.glob("*.parquet")):
            table = from_parquet(str(piece))
            if once_only:
                new = list(_first_times(table["id"].to_pylist(), seen))
                repeated += len(new) - sum(new)
                table = table.filter(pa.array(new))
            kept += len(table)
            writer.write_table(table)
    return Listed(kept, repeated)


def _first_times(ids: list[str], seen: set[bytes]) -> Iterator[bool]:
    for one in ids:
        short = bytes.fromhex(one)
        yield short not in seen
        seen.add(short)
