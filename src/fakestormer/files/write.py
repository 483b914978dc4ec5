"""A result comes to stand at its place whole or not at all; an earlier one stands until the new one is on the disk."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fakestormer.files.target import Target, find_target, refusals_of

CREATE = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC


def write_file(path: str | Path, content: bytes | str) -> None:
    """Write a file whole or not at all; text becomes UTF-8, missing folders are made. See `write_aside`."""
    if isinstance(content, str):
        content = content.encode("utf-8", "backslashreplace")
    with write_aside(path) as aside:
        aside.write_bytes(content)


@contextmanager
def write_aside(path: str | Path) -> Iterator[Path]:
    """A file to write to, which takes the place of `path` at the end of the block, and vanishes after an error.

    Links are followed, permissions of an earlier file are kept, a new one gets what the umask allows, missing folders
    are made. Devices and pipes are never replaced: what the block wrote is copied into them.

    Raises:
        DataError: the place is none to write to, or the system refuses anything inside the block.
    """
    with refusals_of(path):
        target = find_target(path)
        aside = _make_aside(target)
        try:
            yield aside
            if target.is_stream:
                _copy_into(target, aside)
            else:
                _put_in_place(target.place, aside)
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)


def check_writable(path: str | Path) -> None:
    """DataError where `write_aside` would fail as things are: to be asked before hours of work; makes the folder."""
    with refusals_of(path):
        target = find_target(path)
        if not target.is_stream:
            _make_aside(target).unlink()


def _make_aside(target: Target) -> Path:
    """A new empty file: beside the place, so that it can be renamed; of a name that fits wherever the place's does."""
    folder = Path(tempfile.gettempdir()) if target.is_stream else target.place.parent
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".fakestormer-{uuid.uuid4().hex[:12]}.part"
    os.close(os.open(aside, CREATE, 0o600 if target.is_stream else 0o666))
    return aside


def _put_in_place(place: Path, aside: Path) -> None:
    _match_earlier(place, aside)
    _sync(aside)
    aside.replace(place)
    with suppress(OSError):  # the file itself is safe; some file systems do not sync folders
        _sync(place.parent)


def _match_earlier(place: Path, aside: Path) -> None:
    """Gives the new file the owner and the permissions of the one it replaces."""
    try:
        earlier = place.stat()
    except FileNotFoundError:
        return
    with suppress(PermissionError):
        os.chown(aside, earlier.st_uid, earlier.st_gid)
    aside.chmod(stat.S_IMODE(earlier.st_mode))


def _copy_into(target: Target, aside: Path) -> None:
    if target.descriptor is not None:
        opened = os.dup(target.descriptor)
    else:  # without waiting for somebody to read a named pipe
        opened = os.open(target.place, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        os.set_blocking(opened, True)
    with open(opened, "wb") as stream, aside.open("rb") as written:  # noqa: PTH123  (a descriptor)
        shutil.copyfileobj(written, stream)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
