"""How much a face changes from picture to picture of a clip."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray


def measure_motion(images: UInt8[ndarray, "frames size size 3"]) -> float | None:
    """Mean difference between the crops of neighbouring frames, in grey levels; None for a single frame.

    Where a still picture was made a video, only the codec's noise is left: 0.1 with H.264 at a constant rate factor of
    18. Of 28 talking faces in development clips the stillest had 0.7.
    """
    if len(images) < 2:
        return None
    pairs = zip(images[1:], images[:-1], strict=True)
    return float(np.mean([np.abs(after.astype(np.int16) - before).mean() for after, before in pairs]))
