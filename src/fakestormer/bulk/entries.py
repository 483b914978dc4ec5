"""What there is to examine: one entry for every file, from a folder, a pattern, a bucket or a list of addresses."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakestormer.bulk.remote import bucket_of, describe_error, is_remote, open_bucket
from fakestormer.types import DataError

VIDEO_SUFFIXES = frozenset(
    (
        *(".3g2", ".3gp", ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts"),
        *(".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv"),
    )
)
WILD = re.compile(r"[*?]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file by its address, and what tells one version of it from the next; None where nobody says so."""

    uri: str
    size: int | None = None
    etag: str | None = None

    @property
    def id(self) -> str:
        """The first half of the SHA-256 of address, size and etag, in hexadecimal."""
        parts = (self.uri, "" if self.size is None else str(self.size), self.etag or "")
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def list_folder(root: Path, pattern: re.Pattern[str] | None, every_name: bool, after: str | None) -> Iterator[Entry]:
    """The files below a folder in the order of their paths' parts, from behind the address `after` on.

    Args:
        root: the folder, absolute.
        pattern: what the path below it must match; None for any.
        every_name: also files whose names do not end as those of videos do.
        after: the last address that is known already.
    """
    start = path_of_uri(after).relative_to(root).parts if after is not None else ()
    for path, below in _walk(str(root), (), start):
        if not every_name and pattern is None and Path(path).suffix.lower() not in VIDEO_SUFFIXES:
            continue
        if pattern is not None and not pattern.fullmatch("/".join(below)):
            continue
        yield entry_of_path(Path(path))


def _walk(folder: str, below: tuple[str, ...], start: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Paths of files and their parts below the root; folders that end before `start` are not opened."""
    try:
        with os.scandir(folder) as found:
            children = sorted(found, key=lambda one: one.name)
    except OSError as error:
        raise DataError(f"{folder} cannot be listed ({error.strerror}): check permissions, or name another") from error
    for child in children:
        parts = (*below, child.name)
        if child.is_dir(follow_symlinks=False):
            if parts >= start[: len(parts)]:
                yield from _walk(child.path, parts, start)
        elif parts > start and child.is_file():
            yield child.path, parts


def list_bucket(uri: str, pattern: re.Pattern[str] | None, every_name: bool, after: str | None) -> Iterator[Entry]:
    """The objects below a prefix of a bucket in the order of their keys, from behind the address `after` on."""
    bucket, prefix = bucket_of(uri)
    library, store = open_bucket(bucket)
    offset = bucket_of(after)[1] if after is not None else None
    try:
        for piece in library.list(store, prefix=prefix.strip("/") or None, offset=offset, chunk_size=1000):
            for one in sorted(piece, key=lambda found: str(found["path"])):
                key = str(one["path"])
                if pattern is not None and not pattern.fullmatch(key[len(prefix) :]):
                    continue
                if every_name or pattern is not None or Path(key).suffix.lower() in VIDEO_SUFFIXES:
                    yield Entry(f"{bucket}/{key}", int(one["size"]), one["e_tag"])
    except Exception as error:
        raise DataError(
            f"{uri} cannot be listed ({describe_error(error)}): check address and credentials, then run the command "
            "again"
        ) from error


def split_pattern(text: str) -> tuple[str, re.Pattern[str] | None]:
    """The part of a pattern that is certain, ending in a slash, and what the rest must match; None without * and ?."""
    wild = WILD.search(text)
    if wild is None:
        return text, None
    certain = text[: text.rfind("/", 0, wild.start()) + 1]
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", text[len(certain) :])
    means = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return certain, re.compile("".join(means.get(one, re.escape(one)) for one in pieces), re.DOTALL)


def entry_of_path(path: Path) -> Entry:
    """A file on disk; its etag is the time of its last change. Without size and etag where it is not there."""
    try:
        found = path.stat()
    except OSError:
        return Entry(uri_of_path(path))
    return Entry(uri_of_path(path), found.st_size, str(found.st_mtime_ns))


def uri_of_path(path: Path) -> str:
    """The path itself, or where it is no text its file:// address."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return path.as_uri()
    return str(path)


def path_of_uri(uri: str) -> Path:
    """The path that `uri_of_path` was given."""
    if uri.startswith("file://"):
        from urllib.parse import unquote_to_bytes

        return Path(os.fsdecode(unquote_to_bytes(uri.removeprefix("file://"))))
    return Path(uri)


def batches(entries: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """The entries in lists of that length."""
    while piece := list(itertools.islice(entries, size)):
        yield piece


def list_place(text: str, every_name: bool, after: str | None) -> Iterator[Entry]:
    """The entries of a folder, a pattern, or a prefix of a bucket.

    Raises:
        DataError: there is no such place, or it cannot be listed.
    """
    certain, pattern = split_pattern(text)
    if is_remote(text):
        return list_bucket(certain, pattern, every_name, after)
    root = path_of_uri(certain or ".").absolute()
    if not root.is_dir():
        raise DataError(f"{text} is not a folder: give a folder, a pattern in quotes, a manifest or an address")
    return list_folder(Path(os.path.normpath(root)), pattern, every_name, after)
