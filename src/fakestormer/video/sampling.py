"""Which frames of a video to look at."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray


def spread_indices(num_frames: int, count: int) -> Int[ndarray, " indices"]:
    """`count` frame indices spread evenly over the video, each in the middle of its part; all frames if it has fewer.

    Increasing and without repetition. Raises ValueError for negative numbers.
    """
    if num_frames < 0 or count < 0:
        raise ValueError(f"frames are counted from 0 up, got num_frames={num_frames} and count={count}")
    count = min(count, num_frames)
    parts = np.arange(count, dtype=np.int64)
    return (2 * parts + 1) * num_frames // (2 * max(1, count))
