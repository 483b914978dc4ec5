"""Manifests of users: addresses in a CSV, JSON lines, Parquet or text file, each asked for its size and etag."""

from __future__ import annotations

import csv
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fakestormer.bulk.entries import Entry, batches, entry_of_path, path_of_uri
from fakestormer.bulk.remote import bucket_of, is_remote, is_web, open_bucket, scheme_of
from fakestormer.types import DataError

LIST_SUFFIXES = (".csv", ".jsonl", ".ndjson", ".parquet", ".txt")
ASKED_AT_ONCE = 32
HEAD_SECONDS = 30.0


def list_addresses(path: Path, skip: int) -> Iterator[Entry]:
    """The entries of a list, in its order, without the first `skip`; what cannot be asked has neither size nor etag.

    Raises:
        DataError: the list cannot be read, or has no column `uri`.
    """
    folder = path.absolute().parent
    lines = (one for number, one in enumerate(_read(path)) if number >= skip)
    with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
        for piece in batches(lines, 10 * ASKED_AT_ONCE):
            known = all(map(_is_complete, piece))  # nobody is asked, and threads would only cost time
            yield from (map if known else pool.map)(lambda fields: _complete(fields, folder), piece)


def _read(path: Path) -> Iterator[dict[str, Any]]:
    try:
        suffix = path.suffix.lower()
        if suffix == ".parquet":
            yield from _read_parquet(path)
            return
        with path.open(encoding="utf-8", newline="") as file:
            if suffix == ".csv":
                rows = csv.DictReader(file)
                if "uri" not in (rows.fieldnames or ()):
                    raise DataError(f"{path} has no column uri: name the column of the addresses so")
                yield from (row for row in rows if row["uri"])
            elif suffix == ".txt":
                yield from ({"uri": line.strip()} for line in file if line.strip() and not line.startswith("#"))
            else:
                yield from _read_json(path, file)
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise DataError(f"{path} cannot be read as a list of addresses ({reason}): check the file") from error


def _read_json(path: Path, file: Any) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            uri = fields["uri"]
        except (ValueError, KeyError, TypeError):
            uri = None
        if not isinstance(uri, str) or not uri:
            raise DataError(f'{path}, line {number}: no JSON object with "uri": write one a line')
        yield fields


def _read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if "uri" not in names:
            raise DataError(f"{path} has no column uri: name the column of the addresses so")
        for batch in file.iter_batches(columns=[name for name in ("uri", "size", "etag") if name in names]):
            yield from (row for row in batch.to_pylist() if row["uri"])


def _is_complete(fields: dict[str, Any]) -> bool:
    return fields.get("size") not in (None, "") and bool(scheme_of(str(fields["uri"])))


def _complete(fields: dict[str, Any], folder: Path) -> Entry:
    """The entry of one line; a path is taken from the folder of the list, and size and etag as the list has them."""
    uri, size, etag = str(fields["uri"]), fields.get("size"), fields.get("etag")
    if not scheme_of(uri) or uri.startswith("file://"):
        return entry_of_path(folder / path_of_uri(uri))
    if size not in (None, ""):
        return Entry(uri, int(size), str(etag) if etag else None)
    if is_remote(uri):
        return _ask_bucket(uri)
    return _ask_web(uri) if is_web(uri) else Entry(uri)


def _ask_bucket(uri: str) -> Entry:
    bucket, key = bucket_of(uri)
    library, store = open_bucket(bucket)
    try:
        found = library.head(store, key)
    except Exception:  # what is wrong with it is said when it is fetched
        return Entry(uri)
    return Entry(uri, int(found["size"]), found["e_tag"])


def _ask_web(uri: str) -> Entry:
    try:
        with urllib.request.urlopen(urllib.request.Request(uri, method="HEAD"), timeout=HEAD_SECONDS) as answer:
            size, etag = answer.headers.get("Content-Length"), answer.headers.get("ETag")
    except urllib.error.HTTPError as error:
        error.close()
        return Entry(uri)
    except (OSError, ValueError):  # what is wrong with it is said when it is fetched
        return Entry(uri)
    return Entry(uri, int(size) if size and size.isdecimal() else None, etag)
