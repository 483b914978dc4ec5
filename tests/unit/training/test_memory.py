from __future__ import annotations

import subprocess
import sys

import pytest

# A process of its own: what is asked of the C library cannot be taken back.
COUNT_PAGES = """
import os
import resource
import sys
os.environ["NUMPY_MADVISE_HUGEPAGE"] = "0"  # pages of 4 KB, so that fresh ones are many
import numpy as np
from fakestormer.training.memory import keep_freed_memory

def pages_of_a_block():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(64 << 20, np.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

if sys.argv[1] == "kept" and not keep_freed_memory():
    print("not asked")
else:
    pages_of_a_block()
    print(pages_of_a_block() * resource.getpagesize())
"""


def fresh_bytes(mode: str) -> str:
    command = [sys.executable, "-c", COUNT_PAGES, mode]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout.strip()


@pytest.mark.slow
def test_a_block_that_was_freed_costs_no_fresh_pages_the_next_time() -> None:
    kept = fresh_bytes("kept")
    if kept == "not asked":
        pytest.skip("not glibc: memory is left to the system's own ways")
    assert int(kept) < 1 << 20
