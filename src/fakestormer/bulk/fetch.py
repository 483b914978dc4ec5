"""From an entry to a file on this machine's disk, and away again; whatever is wrong on the way becomes a status."""

from __future__ import annotations

import errno
import http.client
import random
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fakestormer.bulk.entries import Entry, entry_of_path, path_of_uri
from fakestormer.bulk.remote import bucket_of, describe_error, is_remote, is_web, open_bucket
from fakestormer.bulk.schema import Status
from fakestormer.types import ConfigError

CHUNK = 1 << 20  # bytes
WAITS = (1.0, 4.0, 15.0)  # seconds before the second, third and fourth try
WEB_SECONDS = 60.0  # without a byte
SPARE = 1 << 28  # bytes of the disk that are left free
GONE_CODES = (404, 410)
PASSING_CODES = (408, 425, 429)


class FetchError(Exception):
    """A file that could not be had; the scorer makes a row of it. `passing` says whether to try again."""

    def __init__(self, status: Status, sentence: str, passing: bool = False) -> None:
        super().__init__(sentence)
        self.status: Status = status
        self.sentence = sentence
        self.passing = passing


@contextmanager
def local_file(entry: Entry, folder: Path, most: int, sleep: Callable[[float], None] = time.sleep) -> Iterator[Path]:
    """The path of the file, which for a remote one is in `folder` and erased at the end of the block.

    Args:
        entry: the file as it was listed.
        folder: an existing folder for remote files.
        most: bytes that a remote file may have.
        sleep: waits before a further try.

    Raises:
        FetchError: it is gone, another one than was listed, too large, or still could not be had after several tries.
    """
    remote = is_remote(entry.uri) or is_web(entry.uri)
    suffix = Path(entry.uri.partition("?")[0]).suffix
    target = folder / f"fetched{suffix if len(suffix) <= 8 and suffix[1:].isalnum() else ''}"
    try:
        yield _insist(lambda: _fetch(entry, target, most) if remote else _find(entry), sleep)
    finally:
        target.unlink(missing_ok=True)


def _insist(ask: Callable[[], Path], sleep: Callable[[float], None]) -> Path:
    """What is asked for, after as many tries as it takes while the fault may pass."""
    for wait in (*WAITS, None):
        try:
            return ask()
        except FetchError as error:  # noqa: PERF203 - each try is one
            if not error.passing or wait is None:
                raise
            sleep(wait * random.uniform(0.7, 1.3))
    raise AssertionError


def _find(entry: Entry) -> Path:
    path = path_of_uri(entry.uri)
    try:
        path.stat()
    except OSError as error:
        lost = error.errno in (errno.ENOENT, errno.ENOTDIR)
        status: Status = "gone" if lost else "unavailable"
        raise FetchError(status, f"the file cannot be found ({error.strerror})", passing=not lost) from error
    _same(entry, entry_of_path(path))
    return path


def _same(listed: Entry, found: Entry) -> None:
    """Refuses another version than the listed one."""
    for what, was, now in (("size", listed.size, found.size), ("etag", listed.etag, found.etag)):
        if was is not None and now is not None and was != now:
            raise FetchError("gone", f"the file is not what was listed: its {what} was {was}, now it is {now}")


def _fetch(entry: Entry, target: Path, most: int) -> Path:
    read = _read_bucket if is_remote(entry.uri) else _read_web
    try:
        read(entry, target, most)
    except FetchError:
        raise
    except ConfigError as error:
        raise FetchError("unavailable", str(error)) from error
    except FileNotFoundError as error:
        raise FetchError("gone", "there is no such object any more") from error
    except urllib.error.HTTPError as error:
        status: Status = "gone" if error.code in GONE_CODES else "unavailable"
        error.close()
        passing = error.code >= 500 or error.code in PASSING_CODES
        raise FetchError(status, f"the server answered {error.code}", passing) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        said = "this machine's disk is full" if full else f"the file could not be fetched ({describe_error(error)})"
        raise FetchError("unavailable", said, passing=True) from error
    except ValueError as error:
        raise FetchError("unavailable", f"{entry.uri} is not an address to fetch from ({error})") from error
    except Exception as error:  # obstore's own, and what breaks off within HTTP
        refused = type(error).__name__ in ("PermissionDeniedError", "UnauthenticatedError")
        sentence = f"the file could not be fetched ({describe_error(error)})"
        raise FetchError("unavailable", sentence, passing=not refused) from error
    return target


def _read_bucket(entry: Entry, target: Path, most: int) -> None:
    bucket, key = bucket_of(entry.uri)
    library, store = open_bucket(bucket)
    answer = library.get(store, key)
    found = answer.meta
    _same(entry, Entry(entry.uri, int(found["size"]), found["e_tag"]))
    _hold(int(found["size"]), most, target.parent)
    _write(target, (bytes(piece) for piece in answer.stream(min_chunk_size=CHUNK)), most)


def _read_web(entry: Entry, target: Path, most: int) -> None:
    with urllib.request.urlopen(entry.uri, timeout=WEB_SECONDS) as answer:
        said = answer.headers.get("Content-Length")
        size = int(said) if said and said.isdecimal() else None
        _same(entry, Entry(entry.uri, size, answer.headers.get("ETag")))
        _hold(size or 0, most, target.parent)
        written = _write(target, iter(lambda: answer.read(CHUNK), b""), most)
    if size is not None and written != size:
        raise http.client.IncompleteRead(b"", size - written)


def _hold(size: int, most: int, folder: Path) -> None:
    if size > most:
        raise FetchError("too_large", f"the file has {size} bytes, at most {most} are fetched")
    if shutil.disk_usage(folder).free < size + SPARE:
        raise FetchError("unavailable", f"this machine's disk has no room for {size} bytes", passing=True)


def _write(target: Path, pieces: Iterator[Any], most: int) -> int:
    written = 0
    with target.open("wb") as file:
        for piece in pieces:
            written += len(piece)
            if written > most:
                raise FetchError("too_large", f"the file has more than the {most} bytes that are fetched at most")
            file.write(piece)
    return written
