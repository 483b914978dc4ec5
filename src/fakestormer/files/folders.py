"""Folders: one that only one run may write into at a time, and one for temporary files."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fakestormer.files.target import FULL
from fakestormer.types import DataError


@contextmanager
def hold_folder(folder: Path, work: str) -> Iterator[None]:
    """Holds a folder, which must be there, against other runs until the block is left; nothing is put into it.

    Where the file system knows no locks, nothing is held.

    Raises:
        DataError: another run, called `work` in the sentence, holds it, or the folder cannot be read.
    """
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise DataError(f"the folder {folder} cannot be read ({error.strerror}): choose another folder") from error
    try:
        if not _lock(opened):
            raise DataError(f"another {work} is writing into {folder}: wait for it, or choose another folder")
        yield
    finally:
        os.close(opened)


def _lock(opened: int) -> bool:
    """False where somebody else has the lock."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # no locks on this file system
        pass
    return True


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder for temporary files, removed with all that is in it when the block is left.

    Raises:
        DataError: none can be made, or its disk is full.
    """
    made = None
    try:
        with tempfile.TemporaryDirectory(prefix="fakestormer-") as made:
            yield Path(made)
    except OSError as error:
        if made is not None and error.errno not in FULL:
            raise
        place = Path(made).parent if made is not None else os.environ.get("TMPDIR", "the folder for temporary files")
        raise DataError(
            f"temporary files cannot be written to {place} ({error.strerror}): make room there, or set TMPDIR to "
            "another folder"
        ) from error
