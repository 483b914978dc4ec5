"""Memory that is freed stays with the process, ready to be taken again."""

from __future__ import annotations

import ctypes
import sys

# glibc's malloc.h
M_TRIM_THRESHOLD = -1
M_MMAP_MAX = -4


def keep_freed_memory() -> bool:
    """Whether the C library now keeps what this process frees; only glibc's can be asked, others are left alone.

    It would give blocks of more than 32 MB, as activations are, back to the system at once, and the system clears every
    page anew for the next step: a third of a training step of the lite model on a CPU (docs/decisions/0007). No number
    of a run changes; the process holds its largest amount until it ends.
    """
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    return bool(library.mallopt(M_MMAP_MAX, 0)) and bool(library.mallopt(M_TRIM_THRESHOLD, -1))


def keep_in_worker(_number: int) -> None:
    """The same for a worker of a DataLoader, as its `worker_init_fn`."""
    keep_freed_memory()
