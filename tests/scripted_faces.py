"""A face detector that does not look: a script tells where the faces are, so that tests know what must come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.faces import FaceDetection
from fakestormer.types import Box, Frame

Script = Callable[[int], Sequence[FaceDetection]]


def box_of(left: float, top: float, right: float, bottom: float) -> Box:
    """A box of whole numbers too, without writing their decimal points."""
    return Box(float(left), float(top), float(right), float(bottom))


def face_at(x: float, y: float, size: float = 80.0, confidence: float = 0.93) -> FaceDetection:
    """A square face of `size` pixels around (x, y)."""
    return FaceDetection(box_of(x - size / 2, y - size / 2, x + size / 2, y + size / 2), confidence)


class ScriptedFaces:
    """Answers its n-th call with the script's faces of frame n * stride, whatever the picture shows."""

    name = "script"

    def __init__(self, script: Script, stride: int = 1) -> None:
        self.script = script
        self.stride = stride
        self.calls = 0

    def detect(self, image: UInt8[ndarray, "height width 3"]) -> tuple[FaceDetection, ...]:
        """The scripted faces of the next searched frame."""
        self.calls += 1
        return tuple(self.script((self.calls - 1) * self.stride))


def plain_frames(
    num_frames: int,
    stride: int = 1,
    frame_rate: float = 25.0,
    cuts: Sequence[int] = (),
    size: tuple[int, int] = (64, 96),
) -> Iterator[Frame]:
    """Every stride-th of `num_frames` frames; the backdrop is one patterned picture, another from each cut on."""
    backdrops = [
        np.random.default_rng(number).integers(0, 256, (4, 6, 3), dtype=np.uint8) for number in range(len(cuts) + 1)
    ]
    height, width = size
    for index in range(0, num_frames, stride):
        backdrop = backdrops[sum(index >= cut for cut in cuts)]
        image = np.kron(backdrop, np.ones((height // 4, width // 6, 1), dtype=np.uint8))
        yield Frame(index, index / frame_rate, image)
