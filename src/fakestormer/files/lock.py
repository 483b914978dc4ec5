"""One run at a time in a folder of results."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fakestormer.types import DataError

HELD = (errno.EWOULDBLOCK, errno.EACCES)


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """The folder, made where it is missing, belongs to this run until the end of the block; nothing is left behind.

    File systems that know no locks are used without.

    Raises:
        DataError: another run is at work in the folder, or it cannot be made or read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise DataError(f"the folder {folder} cannot be made or read ({error.strerror}): choose another") from error
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in HELD:
                raise DataError(
                    f"another run is writing into {folder}: wait for it, or choose another folder"
                ) from error
        yield
    finally:
        os.close(opened)
