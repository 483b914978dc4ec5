"""Where points of a face go from one picture to the next, by optical flow: to a fraction of a pixel."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

# Of a pyramidal Lucas-Kanade step: pixels of the patch around a point, further levels, iterations and what ends them.
PATCH, LEVELS, STOP = (17, 17), 2, (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 20, 0.01)


def point_flow(
    before: UInt8[ndarray, "H W 3"], after: UInt8[ndarray, "H W 3"], points: Float[ndarray, "points 2"]
) -> Float[ndarray, "points 2"]:
    """How far each point of the earlier picture moved, in pixels, float32; 0 where it was lost.

    Pyramidal Lucas-Kanade (Bouguet 2001), by OpenCV.
    """
    earlier, later = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (before, after))
    start = np.ascontiguousarray(points, dtype=np.float32).reshape(-1, 1, 2)
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        earlier, later, start, np.empty_like(start), winSize=PATCH, maxLevel=LEVELS, criteria=STOP
    )
    flow: Float[ndarray, "points 2"] = np.where(found > 0, (moved - start)[:, 0], 0).astype(np.float32)
    return flow
