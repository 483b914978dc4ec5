"""The landmarker for training: MediaPipe's face mesh of 468 points, run by `ai-edge-litert` (extra `train`)."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8
from numpy import ndarray
from scipy.special import expit

from fakestormer.faces.align import cut_crop
from fakestormer.faces.backends.facemesh_file import find_landmark_model
from fakestormer.faces.backends.native_notes import without_notes
from fakestormer.types import Affine, Box, LandmarkModelError, Landmarks

__all__ = ["NUM_POINTS", "SCHEME", "FaceMeshLandmarker", "find_landmark_model"]

SCHEME = "facemesh468"
NUM_POINTS = 468
_INPUT_SIZE = 192
# The square the network was trained on: half a face more than the face itself.
_ENLARGEMENT = 1.5
# Outer eye corners, from the left of the picture to the right.
_EYE_CORNERS = (33, 263)


class FaceMeshLandmarker:
    """Finds the 468 points of MediaPipe's face mesh (scheme "facemesh468").

    The model sees the face twice: upright in the detector's box, and again turned and centred by the points of the
    first look, as it was trained. The second look makes tilted heads right and frees the points from the box.
    """

    scheme = SCHEME

    def __init__(self, model_path: Path | None = None, min_presence: float = 0.5) -> None:
        path = find_landmark_model(model_path)
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise LandmarkModelError(
                "landmarks need the package ai-edge-litert: pip install 'fakestormer[train]'"
            ) from error
        try:
            with without_notes():
                self._interpreter = Interpreter(str(path), num_threads=1)
                self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise LandmarkModelError(
                f"{path} is not a face mesh model that can be run ({error}): give another"
            ) from error
        self.min_presence = min_presence
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = {int(np.prod(one["shape"])): one["index"] for one in self._interpreter.get_output_details()}
        if set(outputs) != {3 * NUM_POINTS, 1}:
            raise LandmarkModelError(f"{path} is not a face mesh of {NUM_POINTS} points: give face_landmark.tflite")
        self._points, self._presence = outputs[3 * NUM_POINTS], outputs[1]

    def find(self, image: UInt8[ndarray, "height width 3"], box: Box) -> Landmarks | None:
        """The points, in pixels of `image`, of the face in `box`; None where the model sees no face there."""
        if box.area <= 0:
            return None
        size = _ENLARGEMENT * max(box.width, box.height)
        first = self._look(image, box.center, size, 0.0)
        if first is None:
            return None
        (left, top), (right, bottom) = first[list(_EYE_CORNERS)]
        roll = math.atan2(bottom - top, right - left)
        center, extent = _turned_bounds(first, roll)
        points = self._look(image, center, _ENLARGEMENT * extent, roll)
        return None if points is None else Landmarks(points, SCHEME)

    def _look(
        self, image: UInt8[ndarray, "height width 3"], center: tuple[float, float], size: float, roll: float
    ) -> Float[ndarray, "points 2"] | None:
        """The points seen in the square of `size` pixels around `center`, turned by `roll`; None without a face."""
        crop = _turned_crop(image, center, size, roll)
        self._interpreter.set_tensor(self._input, (crop.astype(np.float32) / 255)[None])
        self._interpreter.invoke()
        logit = float(self._interpreter.get_tensor(self._presence).ravel()[0])
        if expit(logit) < self.min_presence:
            return None
        raw: Float32[ndarray, "points 3"] = self._interpreter.get_tensor(self._points).reshape(NUM_POINTS, 3)
        offsets = (raw[:, :2].astype(np.float64) / _INPUT_SIZE - 0.5) * size
        turned: Float[ndarray, "points 2"] = offsets @ _turn(roll).T + np.array(center)
        return turned


def _turn(roll: float) -> Float[ndarray, "2 2"]:
    return np.array([[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]])


def _turned_bounds(points: Float[ndarray, "points 2"], roll: float) -> tuple[tuple[float, float], float]:
    """Centre and longer side of the points' bounds along axes turned by `roll`."""
    along = points @ _turn(roll)
    low, high = along.min(axis=0), along.max(axis=0)
    x, y = _turn(roll) @ ((low + high) / 2)
    return (float(x), float(y)), float((high - low).max())


def _turned_crop(
    image: UInt8[ndarray, "height width 3"], center: tuple[float, float], size: float, roll: float
) -> UInt8[ndarray, "size size 3"]:
    """The network's input: a turned square, cut upright and large enough without aliasing, then turned."""
    if roll == 0:
        return cut_crop(image, _upright(center, size, _INPUT_SIZE), _INPUT_SIZE)
    large = math.ceil(_INPUT_SIZE * (abs(math.cos(roll)) + abs(math.sin(roll)))) + 2
    upright = cut_crop(image, _upright(center, size * large / _INPUT_SIZE, large), large)
    # OpenCV counts from pixel centres: the middle of a picture of n pixels is (n - 1) / 2.
    turn = _turn(roll)
    shift = (large - 1) / 2 - turn @ np.full(2, (_INPUT_SIZE - 1) / 2)
    turned = cv2.warpAffine(
        upright,
        np.hstack([turn, shift[:, None]]),
        (_INPUT_SIZE, _INPUT_SIZE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(turned, dtype=np.uint8)


def _upright(center: tuple[float, float], size: float, pixels: int) -> Affine:
    scale = size / pixels
    return Affine(np.array([[scale, 0, center[0] - size / 2], [0, scale, center[1] - size / 2]]))
