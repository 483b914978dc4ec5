from __future__ import annotations

import subprocess
import sys

import pytest

# A process of its own: what is asked of the C library cannot be taken back.
COUNT_PAGES = """
import resource
import sys
import numpy as np
from fakestormer.detector.memory import return_large_blocks

if not return_large_blocks():
    print("not asked")
    sys.exit()

def rss():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

kept, before = [], rss()
for _ in range(50):
    block = np.ones(8 << 20, np.uint8)
    kept.append(np.ones(1000))  # what stays lies between what goes
    del block
print(rss() - before)
"""


def test_blocks_as_large_as_frames_leave_nothing_behind_though_small_ones_stay() -> None:
    command = [sys.executable, "-c", COUNT_PAGES]
    left = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout.strip()
    if left == "not asked":
        pytest.skip("not glibc: memory is left to the system's own ways")
    assert int(left) < 4 << 20
