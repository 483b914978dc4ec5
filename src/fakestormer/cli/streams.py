"""Standard output and standard error that take every letter and outlast whoever reads them."""

from __future__ import annotations

import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

LAST_STANDARD = 2  # the number of standard error


@final
class SteadyStream(io.RawIOBase):
    """Writes to a standard stream as long as that is possible; afterwards `lost` says why, and all else is dropped."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream = stream
        self.lost: str | None = None

    name = "<standard stream>"

    def writable(self) -> bool:
        """As of any stream for writing."""
        return True

    def isatty(self) -> bool:
        """Whether a person at a terminal reads it."""
        return self._stream is not None and bool(self._stream.isatty())

    def fileno(self) -> int:
        """The number of the open file, where there is one."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return int(self._stream.fileno())

    def write(self, content: Any) -> int:
        """The number of bytes, all of which were written or will never be."""
        data = memoryview(content)
        if self.lost is None:
            try:
                self._write_all(data)
            except (OSError, ValueError) as error:
                self.lost = getattr(error, "strerror", None) or str(error)
        return len(data)

    def _write_all(self, data: memoryview) -> None:
        if self._stream is None:
            raise ValueError("it is closed")
        try:
            number = self._stream.fileno()
        except io.UnsupportedOperation:  # a stream of somebody who runs the command in this process
            self._stream.buffer.write(data)
            self._stream.buffer.flush()
            return
        while data:
            try:
                data = data[os.write(number, data) :]
            except BlockingIOError:  # noqa: PERF203 - as often as the reader is slow
                select.select([], [number], [])


@contextmanager
def steady_streams() -> Iterator[SteadyStream]:
    """Standard output, which with standard error is made steady until the end of the block."""
    _fill_closed()
    before, steady = (sys.stdout, sys.stderr), (SteadyStream(sys.stdout), SteadyStream(sys.stderr))
    for stream in filter(None, before):
        stream.flush()
    sys.stdout, sys.stderr = map(_text, steady, before)
    try:
        yield steady[0]
    finally:
        sys.stdout, sys.stderr = before


def _text(steady: SteadyStream, before: Any) -> io.TextIOWrapper:
    encoding = (before and before.encoding) or "utf-8"
    return io.TextIOWrapper(steady, encoding, "backslashreplace", line_buffering=True, write_through=True)


def _fill_closed() -> None:
    """Gives closed standard streams a file that takes nothing, before a result is opened in their place."""
    while (opened := os.open(os.devnull, os.O_RDONLY)) <= LAST_STANDARD:
        os.set_inheritable(opened, True)
    os.close(opened)
