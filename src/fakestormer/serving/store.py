"""Where media and results lie: a folder, or an object store (S3, GCS, Azure) through obstore."""

from __future__ import annotations

import errno
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from fakestormer.serving.problems import ProblemError
from fakestormer.types import ConfigError

CHUNK = 1 << 20  # bytes
INCOMING = "incoming"
STALE_SECONDS = 86400.0
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@runtime_checkable
class Incoming(Protocol):
    """A file on its way into the store; nobody sees it before it is kept."""

    def write(self, data: bytes) -> None:
        """Takes the next bytes."""

    def keep(self, key: str) -> None:
        """Makes it the file of that key, whole or not at all."""

    def discard(self) -> None:
        """Forgets it; nothing happens where it was kept."""


@runtime_checkable
class Store(Protocol):
    """Files by key. All methods raise ProblemError "storage-full" or "store-unavailable"."""

    def receive(self) -> Incoming:
        """A new file on its way in."""

    def local_copy(self, key: str, folder: Path) -> Path:
        """A path under which the file can be read; FileNotFoundError where there is none."""

    def put_folder(self, folder: Path, prefix: str) -> None:
        """Keeps all files of a folder under a prefix."""

    def read(self, key: str) -> Iterator[bytes]:
        """The content in pieces; FileNotFoundError, at once, where there is none."""

    def path_of(self, key: str) -> Path | None:
        """The file itself where the store is a folder."""

    def erase(self, prefix: str) -> None:
        """Erases the file of that key and all below it."""

    def check(self) -> None:
        """Does nothing where the store can be written."""


def open_store(place: str) -> Store:
    """The store at a folder or an address such as s3://BUCKET/PREFIX. Raises ConfigError where there is none."""
    if "://" in place and not place.startswith("file://"):
        return _ObjectStore(place)
    return _FolderStore(Path(place.removeprefix("file://")))


class _FolderStore:
    """Files of a folder, written aside, flushed to disk and renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        try:
            (self._root / INCOMING).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"the store {root} cannot be made ({error.strerror}): choose another folder") from error
        self._sweep()

    def receive(self) -> Incoming:
        return _IncomingFile(self._root)

    def local_copy(self, key: str, folder: Path) -> Path:  # noqa: ARG002 - it is here already
        path = self._root / key
        if not path.is_file():
            raise FileNotFoundError(key)
        return path

    def put_folder(self, folder: Path, prefix: str) -> None:
        aside, target = self._root / INCOMING / uuid.uuid4().hex, self._root / prefix
        with _named_problems():
            try:
                shutil.copytree(folder, aside)
                for path in (*aside.rglob("*"), aside):
                    _flush(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                aside.rename(target)
                _flush(target.parent)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise

    def read(self, key: str) -> Iterator[bytes]:
        opened = self.local_copy(key, self._root).open("rb")
        return _pieces(opened)

    def path_of(self, key: str) -> Path | None:
        path = self._root / key
        return path if path.is_file() else None

    def erase(self, prefix: str) -> None:
        path = self._root / prefix
        with _named_problems():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Erases what processes that were killed left half written."""
        for path in (self._root / INCOMING).iterdir():
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > STALE_SECONDS:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def check(self) -> None:
        with _named_problems():
            probe = self._root / INCOMING / f"check-{uuid.uuid4().hex}"
            probe.write_bytes(b"x")
            probe.unlink()


class _IncomingFile:
    def __init__(self, root: Path) -> None:
        self._root, self._path = root, root / INCOMING / uuid.uuid4().hex
        with _named_problems():
            self._file = self._path.open("wb")

    def write(self, data: bytes) -> None:
        with _named_problems():
            self._file.write(data)

    def keep(self, key: str) -> None:
        target = self._root / key
        with _named_problems():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            target.parent.mkdir(parents=True, exist_ok=True)
            self._path.replace(target)
            _flush(target.parent)

    def discard(self) -> None:
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


class _ObjectStore:
    """Objects of a bucket."""

    def __init__(self, address: str) -> None:
        try:
            import obstore
            from obstore.store import from_url
        except ImportError as error:
            raise ConfigError(
                f"the store {address} needs the package obstore: run pip install 'fakestormer[serve]'"
            ) from error
        self._library: Any = obstore
        try:
            self._store: Any = from_url(address, client_options={"allow_http": True})
        except Exception as error:
            raise ConfigError(f"the store {address} cannot be opened: {error}") from error

    def receive(self) -> Incoming:
        return _IncomingObject(self._library, self._store)

    def local_copy(self, key: str, folder: Path) -> Path:
        target = folder / Path(key).name
        pieces = self.read(key)
        with target.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        return target

    def put_folder(self, folder: Path, prefix: str) -> None:
        with _named_problems():
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    self._library.put(self._store, f"{prefix}/{path.relative_to(folder)}", path)

    def read(self, key: str) -> Iterator[bytes]:
        with _named_problems():
            answer = self._library.get(self._store, key)
        return (bytes(piece) for piece in answer.stream(min_chunk_size=CHUNK))

    def path_of(self, key: str) -> Path | None:  # noqa: ARG002 - objects have no path
        return None

    def erase(self, prefix: str) -> None:
        with _named_problems():
            below = [one["path"] for page in self._library.list(self._store, f"{prefix}/") for one in page]
            for key in (prefix, *below):
                with suppress(FileNotFoundError):
                    self._library.delete(self._store, key)

    def check(self) -> None:
        with _named_problems():
            self._library.put(self._store, f"{INCOMING}/check", b"x")


class _IncomingObject:
    def __init__(self, library: Any, store: Any) -> None:
        self._library, self._store, self._key = library, store, f"{INCOMING}/{uuid.uuid4().hex}"
        self._kept = False
        with _named_problems():
            self._writer: Any = library.open_writer(store, self._key)

    def write(self, data: bytes) -> None:
        with _named_problems():
            self._writer.write(data)

    def keep(self, key: str) -> None:
        with _named_problems():
            self._writer.close()
            self._library.rename(self._store, self._key, key)
        self._kept = True

    def discard(self) -> None:
        if self._kept:
            return
        with suppress(Exception):  # the upload failed already; what is left is swept by the bucket's own rules
            self._writer.close()
            self._library.delete(self._store, self._key)


@contextmanager
def _named_problems() -> Iterator[None]:
    """A disk or an object store that fails is a named problem, never a traceback."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        slug = "storage-full" if error.errno in FULL else "store-unavailable"
        raise ProblemError(slug, f"the file could not be stored ({error.strerror or error})") from error
    except ProblemError:
        raise
    except Exception as error:
        if not type(error).__module__.startswith("obstore"):
            raise
        raise ProblemError("store-unavailable", "the object store does not answer: try again later") from error


def _pieces(opened: Any) -> Iterator[bytes]:
    with opened:
        while piece := opened.read(CHUNK):
            yield piece


def _flush(path: Path) -> None:
    """What is written, or renamed into a folder, survives a loss of power."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
