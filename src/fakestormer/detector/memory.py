"""Large blocks go back to the system when they are freed, so that a long video does not leave the heap in pieces."""

from __future__ import annotations

import ctypes
import sys

M_MMAP_THRESHOLD = -3  # glibc's malloc.h
LARGE = 4 << 20  # bytes: frames and activations are larger, evidence is smaller


def return_large_blocks() -> bool:
    """Whether the C library now gives every freed block of 4 MiB or more back at once; only glibc's can be asked.

    By itself it raises that size, up to 32 MB, as such blocks are freed. Frames, crops and activations then lie in one
    heap among the evidence that is kept, and what is freed between is not always taken again. No number of a verdict
    changes. It holds for the whole process, so the command line calls it and the library does not.
    """
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None)
    return hasattr(library, "gnu_get_libc_version") and bool(library.mallopt(M_MMAP_THRESHOLD, LARGE))
