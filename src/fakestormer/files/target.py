"""What stands at a place that is to be written: a file or nothing, a stream such as a pipe, or what is refused."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fakestormer.types import DataError

STANDARD_OUTPUT = 1
MOST_LINKS = 40  # as many as Linux follows
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
REFUSED = {stat.S_IFBLK: "a disk", stat.S_IFSOCK: "a socket"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a result goes.

    `place` is the path with all links followed. `is_stream` is true of a device or a pipe, which is written into and
    never replaced; `descriptor` is then the number of this process's open file that was named, as /dev/stdout does.
    """

    place: Path
    is_stream: bool = False
    descriptor: int | None = None


@contextmanager
def refusals_of(path: str | Path) -> Iterator[None]:
    """Whatever the system refuses inside becomes one sentence about the path: DataError."""
    try:
        yield
    except OSError as error:
        reason = "nobody reads from this pipe" if error.errno == errno.ENXIO else error.strerror or str(error)
        advice = "make room there, or choose another place" if error.errno in FULL else "choose another place"
        raise DataError(f"{path} cannot be written ({reason}): {advice}") from error


def find_target(path: str | Path) -> Target:
    """What stands at a path.

    Raises:
        DataError: it is a folder, a disk or a socket, or a file without permission to write.
        OSError: the path cannot be looked at.
    """
    path = Path(path)
    descriptor = _own_descriptor(path)
    if descriptor is not None:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return Target(path, is_stream=True, descriptor=descriptor)
    place = Path(os.path.realpath(path))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return Target(place)
    if stat.S_ISDIR(mode):
        raise DataError(f"{path} is a folder: name a file to write")
    if stat.S_IFMT(mode) in REFUSED:
        raise DataError(f"{path} is {REFUSED[stat.S_IFMT(mode)]}, not a file: name a file to write")
    if not stat.S_ISREG(mode):
        return Target(path, is_stream=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))  # what may not be written may not be replaced either
    return Target(place)


def names_standard_output(path: str | Path) -> bool:
    """Whether the path stands for this process's standard output, by whatever name."""
    return _own_descriptor(Path(path)) == STANDARD_OUTPUT


def _own_descriptor(path: Path) -> int | None:
    """The number of this process's open file that the path stands for (/dev/stdout, /dev/fd/3), by whatever links."""
    place = path.absolute()
    for _ in range(MOST_LINKS):
        folder = Path(os.path.realpath(place.parent))
        if folder == Path(f"/proc/{os.getpid()}/fd") and place.name.isdecimal():
            return int(place.name)
        place = folder / place.name
        if not place.is_symlink():
            return None
        place = folder / place.readlink()
    return None
