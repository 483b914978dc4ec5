"""A landmarker that does not look: known points, laid into whatever box it is asked about."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from fakestormer.types import Box, Landmarks

ROOT = Path(__file__).parents[1]


class LaidLandmarks:
    """The points of a face mesh, laid into whatever box it is asked about; no model is needed."""

    scheme = "facemesh468"

    def __init__(self) -> None:
        known = json.loads((ROOT / "examples" / "astronaut_landmarks.json").read_text(encoding="utf-8"))
        points = np.array(known["points"])
        self._unit = (points - points.min(axis=0)) / np.ptp(points, axis=0)

    def find(self, image: np.ndarray, box: Box) -> Landmarks:
        corner, size = np.array([box.left, box.top]), np.array([box.width, box.height])
        return Landmarks(corner + self._unit * size, self.scheme)
