"""Where a job keeps its files: a folder that all workers see, or a prefix in an object store."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from fakestormer.bulk.remote import bucket_of, describe_error, is_remote, open_bucket
from fakestormer.files import write_file
from fakestormer.types import DataError


@runtime_checkable
class Place(Protocol):
    """Files by name, written whole or not at all. Methods raise DataError where the place fails."""

    def read(self, name: str) -> bytes:
        """The content; FileNotFoundError where there is none."""

    def source(self, name: str) -> Any:
        """What `from_parquet` reads the file from: its path where it has one, else its content."""

    def write(self, name: str, content: bytes) -> None:
        """Puts the file in place, over an earlier one."""

    def names(self, prefix: str) -> list[str]:
        """All names below a prefix, sorted."""

    def erase(self, prefix: str) -> None:
        """Erases the file of that name, or all below it."""


def open_place(address: str) -> Place:
    """The place at a folder or at an address such as s3://BUCKET/PREFIX."""
    return _ObjectPlace(address) if is_remote(address) else _FolderPlace(Path(address))


class _FolderPlace:
    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def read(self, name: str) -> bytes:
        return (self._root / name).read_bytes()

    def source(self, name: str) -> Any:
        path = self._root / name
        if not path.is_file():
            raise FileNotFoundError(name)
        return str(path)

    def write(self, name: str, content: bytes) -> None:
        write_file(self._root / name, content)

    def names(self, prefix: str) -> list[str]:
        top = self._root / prefix
        found = [path for path in top.rglob("*") if not path.name.startswith(".fakestormer-") and path.is_file()]
        return sorted(str(path.relative_to(self._root)) for path in found)

    def erase(self, prefix: str) -> None:
        path = self._root / prefix
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


class _ObjectPlace:
    def __init__(self, address: str) -> None:
        bucket, prefix = bucket_of(address)
        self._address, self._prefix = address.rstrip("/"), prefix.strip("/")
        self._library, self._bucket = open_bucket(bucket)

    def read(self, name: str) -> bytes:
        return bytes(self._ask(lambda: self._library.get(self._bucket, self._key(name)).bytes(), FileNotFoundError))

    def source(self, name: str) -> Any:
        return self.read(name)

    def write(self, name: str, content: bytes) -> None:
        self._ask(lambda: self._library.put(self._bucket, self._key(name), content))

    def names(self, prefix: str) -> list[str]:
        start = len(self._key(""))
        listed = self._ask(lambda: self._library.list(self._bucket, prefix=self._key(prefix)).collect())
        return sorted(one["path"][start:] for one in listed)

    def erase(self, prefix: str) -> None:
        keys = [self._key(name) for name in self.names(prefix)] or [self._key(prefix)]
        self._ask(lambda: self._library.delete(self._bucket, keys))

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    def _ask(self, ask: Any, expected: tuple[type[Exception], ...] | type[Exception] = ()) -> Any:
        try:
            return ask()
        except expected:
            raise
        except Exception as error:  # obstore's own, which share no root with others
            raise DataError(
                f"{self._address} does not answer ({describe_error(error)}): check address and credentials, then run "
                "the command again"
            ) from error
