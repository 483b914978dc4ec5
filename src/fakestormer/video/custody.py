"""Whether a file is still the one that was opened, so that a hash is that of the bytes that were decoded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import final

from fakestormer.types import VideoError
from fakestormer.video.container import check_is_file


@dataclass(frozen=True, slots=True)
class FileState:
    """What changes when a file is written to or replaced: which file it is, its size in bytes, times in nanoseconds."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


@final
class Custody:
    """A file from the moment it was first looked at."""

    def __init__(self, path: Path) -> None:
        self._path, self._before = path, file_state(path)

    def sha256(self) -> str:
        """The hash of the file's bytes, which are those that were there at the beginning.

        Raises:
            VideoError: the file was written to or replaced since, or it cannot be read.
        """
        found = hash_file(self._path)
        self.check()
        return found

    def check(self) -> None:
        """VideoError where the file was written to, replaced or taken away since."""
        now = file_state(self._path)
        if now == self._before:
            return
        before = self._before
        grown = f"it had {before.size:,} bytes and now has {now.size:,}"
        seen = grown if now.size != before.size else "its content was written anew"
        raise VideoError(
            f"{self._path} was changed while it was examined ({seen}): wait until it is finished, or examine a copy"
        )


@contextmanager
def in_custody(path: Path) -> Iterator[Custody]:
    """The file's custody; where reading fails inside, and the file was changed meanwhile, that is the reason given."""
    custody = Custody(path)
    try:
        yield custody
    except VideoError:
        custody.check()
        raise


def file_state(path: Path) -> FileState:
    """The state of the file as it is now; VideoError where it cannot be read."""
    found = check_is_file(path).stat()
    return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def hash_file(path: str | Path) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal; VideoError where it cannot be read."""
    digest = hashlib.sha256()
    with check_is_file(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
