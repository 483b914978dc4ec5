"""How many threads the work may take: what the system grants this process, not what the machine has."""

from __future__ import annotations

import math
import os
from pathlib import Path

import cv2
import torch

CGROUPS = Path("/sys/fs/cgroup")
# Quota and period in microseconds: one file in version 2 of control groups, two in version 1.
QUOTA_FILES = (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"))


def usable_cores(groups: Path = CGROUPS) -> int:
    """The cores that this process may use, by its affinity and by the quota of its control group; at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    granted = [quota for names in QUOTA_FILES if (quota := _quota([groups / name for name in names]))]
    return max(1, min([allowed, *map(math.ceil, granted)]))


def _quota(files: list[Path]) -> float | None:
    """How many cores' time a control group grants; None where it sets no bound."""
    try:
        quota, period = map(float, " ".join(file.read_text("ascii") for file in files).split())
    except (OSError, ValueError):  # no such group, or "max"
        return None
    return quota / period if quota > 0 and period > 0 else None


def use_threads(count: int | None = None) -> int:
    """Sets the threads of torch and OpenCV for the whole process, and gives their number back.

    Without a count: the usable cores, or fewer where torch was told so (`OMP_NUM_THREADS`). Command lines call it, the
    library does not: the process belongs to its program.
    """
    count = count or min(usable_cores(), torch.get_num_threads())
    torch.set_num_threads(count)
    cv2.setNumThreads(count)
    return count
