"""A film of any length for the benchmarks: scikit-image's astronaut (public domain) under a slowly moving camera.

python benchmarks/film.py OUT.mp4 --seconds 10 --height 720
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from skimage.data import astronaut

from fakestormer.video import write_video

FRAME_RATE = 25.0


def film_astronaut(seconds: float, width: int, height: int) -> Iterator[UInt8[np.ndarray, "height width 3"]]:
    """The frames, one at a time; the camera sways without end, so length costs no memory."""
    picture = np.asarray(astronaut())
    cover = 1.1 * max(width, height) / len(picture)
    for frame in range(round(seconds * FRAME_RATE)):
        time = frame / FRAME_RATE
        scale = cover * (1 + 0.03 * np.sin(0.7 * time))
        angle = 0.03 * np.sin(0.9 * time + 1)
        linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        aim = np.array([225 + 12 * np.sin(0.5 * time), 145 + 8 * np.sin(0.8 * time + 2)])
        offset = np.array([width / 2, height / 2]) - linear @ aim
        matrix = np.column_stack([linear, offset])
        moved = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        yield np.asarray(moved, dtype=np.uint8)


def main() -> None:
    """Writes the film."""
    parser = argparse.ArgumentParser(description="Film the astronaut.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--height", type=int, default=720)
    options = parser.parse_args()
    width = options.height * 16 // 9
    write_video(options.out, film_astronaut(options.seconds, width, options.height), FRAME_RATE)


if __name__ == "__main__":
    main()
