"""A file that grows by a line at a time, as journals do."""

from __future__ import annotations

import os
from pathlib import Path

from fakestormer.files.target import refusals_of


def append_to_file(path: str | Path, content: bytes | str) -> None:
    """The content is at the end of the file, and on the disk, when this returns; after an error the file is as it was.

    Raises:
        DataError: the file cannot be written, or the disk is full.
    """
    if isinstance(content, str):
        content = content.encode("utf-8", "backslashreplace")
    with refusals_of(path):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            before = os.fstat(opened).st_size
            try:
                left = memoryview(content)
                while left:
                    left = left[os.write(opened, left) :]
                os.fsync(opened)
            except BaseException:
                os.ftruncate(opened, before)
                raise
        finally:
            os.close(opened)
