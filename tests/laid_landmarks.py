"""Stand-ins for the landmark model, which no test may fetch; and `fakestormer` with one of them in its place."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np

import fakestormer.data.prepare as prepare_module
from fakestormer.cli.main import main
from fakestormer.faces.backends.libface import LibfaceDetector
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


class DeadlyLandmarks(LaidLandmarks):
    """Dies, as a library with a mistake would, on pictures that are dark on average."""

    def find(self, image: np.ndarray, box: Box) -> Landmarks:
        if image.mean() < 70:
            os.kill(os.getpid(), signal.SIGSEGV)
        return super().find(image, box)


def laid_tools(_model: Path) -> prepare_module.Tools:
    """The real detector and landmarks of no model."""
    return LibfaceDetector(max_size=prepare_module.DETECTION_SIZE), LaidLandmarks()


def deadly_tools(_model: Path) -> prepare_module.Tools:
    """The same, where some pictures are deadly."""
    return LibfaceDetector(max_size=prepare_module.DETECTION_SIZE), DeadlyLandmarks()


def run_with(tools: str) -> None:
    """The command line, with tools of that name: `python -c "..." prepare PLACE --out FOLDER`."""
    prepare_module.find_landmark_model = lambda _path: Path("none")  # type: ignore[assignment]
    prepare_module._find_tools = {"laid": laid_tools, "deadly": deadly_tools}[tools]
    sys.argv[0] = "fakestormer"
    main()
