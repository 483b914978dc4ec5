"""What native libraries write on the standard error of the process, behind Python's back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

STANDARD_ERROR = 2


@contextmanager
def without_notes() -> Iterator[None]:
    """Lines that begin with "INFO:" do not reach standard error while this is open; all others come at its end.

    TensorFlow Lite greets with such a line when a model is made ready and has no switch for it.
    """
    try:
        kept = os.dup(STANDARD_ERROR)
    except OSError:  # a process without standard error: nothing can be written on it
        yield
        return
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), STANDARD_ERROR)
        try:
            yield
        finally:
            os.dup2(kept, STANDARD_ERROR)
            os.close(kept)
            aside.seek(0)
            os.write(STANDARD_ERROR, b"".join(line for line in aside if not line.startswith(b"INFO:")))
