"""One frame of the annotated film: every face with its box, its number, its probability at that moment, and its map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.report.heatmap import overlay_heatmap
from fakestormer.report.picture import plain_letters
from fakestormer.types import Affine, Box

# Okabe and Ito's colours, told apart by people with any colour vision. Face 1, the most suspicious, has the first.
PERSON_COLOURS = (
    (213, 94, 0),
    (0, 114, 178),
    (0, 158, 115),
    (204, 121, 167),
    (230, 159, 0),
    (86, 180, 233),
    (240, 228, 66),
)
PAPER, INK = (255, 255, 255), (0, 0, 0)
FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class DrawnFace:
    """What is drawn of one face: box and crop in frame pixels, number in the report, words beside it, and its map.

    `heat` is None where no whole map was kept for this moment.
    """

    number: int
    box: Box
    words: str
    to_frame: Float[ndarray, "2 3"]
    crop_size: int
    heat: Float[ndarray, "rows columns"] | None


def person_colour(number: int) -> tuple[int, int, int]:
    """The RGB colour of the face with that number (1 is the first); they repeat after seven."""
    return PERSON_COLOURS[(number - 1) % len(PERSON_COLOURS)]


def draw_faces(
    image: UInt8[ndarray, "height width 3"], faces: Sequence[DrawnFace], footer: str
) -> UInt8[ndarray, "height width 3"]:
    """A copy of the frame with all faces drawn, the first on top, and one line of words at its lower edge."""
    drawn: UInt8[ndarray, "height width 3"] = image.copy()
    for face in reversed(faces):
        if face.heat is not None:
            _lay_heat(drawn, face)
    size = min(max(min(image.shape[:2]) / 720, 0.45), 3.0)
    for face in reversed(faces):
        _draw_box(drawn, face, size)
    _write(drawn, footer, round(8 * size), image.shape[0] - round(8 * size), 0.8 * size, INK, PAPER)
    return drawn


def _lay_heat(image: UInt8[ndarray, "height width 3"], face: DrawnFace) -> None:
    """Lays the map on the part of the frame that the crop covers; nothing else is touched."""
    assert face.heat is not None
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [face.crop_size, 0], [face.crop_size, face.crop_size], [0, face.crop_size]], float)
    places = Affine(face.to_frame).apply(corners)
    left, top = np.clip(np.floor(places.min(axis=0)), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(places.max(axis=0)), 0, (width, height)).astype(int)
    if right <= left or bottom <= top:
        return
    moved = face.to_frame.copy()
    moved[:, 2] -= (left, top)
    part = image[top:bottom, left:right]
    part[:] = overlay_heatmap(part, face.heat, moved, face.crop_size, 1.0, outline=False)


def _draw_box(image: UInt8[ndarray, "height width 3"], face: DrawnFace, size: float) -> None:
    colour = person_colour(face.number)
    first = (round(face.box.left), round(face.box.top))
    last = (round(face.box.right) - 1, round(face.box.bottom) - 1)
    thickness = max(1, round(2.5 * size))
    cv2.rectangle(image, first, last, INK, thickness + 2)
    cv2.rectangle(image, first, last, colour, thickness)
    light = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] > 140
    _write(image, face.words, first[0], first[1] - round(6 * size), size, INK if light else PAPER, colour)


def _write(
    image: UInt8[ndarray, "height width 3"],
    words: str,
    x: int,
    y: int,
    size: float,
    ink: tuple[int, int, int],
    ground: tuple[int, int, int],
) -> None:
    """Words on a ground of their own, kept inside the picture; (x, y) is their lower left corner."""
    plain = plain_letters(words)
    scale, thickness, pad = 0.7 * size, max(1, round(1.6 * size)), max(2, round(4 * size))
    (width, height), below = cv2.getTextSize(plain, FONT, scale, thickness)
    x = max(pad, min(x, image.shape[1] - width - pad))
    y = max(height + pad, min(y, image.shape[0] - below - pad))
    cv2.rectangle(image, (x - pad, y - height - pad), (x + width + pad, y + below + pad // 2), ground, cv2.FILLED)
    cv2.putText(image, plain, (x, y), FONT, scale, ink, thickness, cv2.LINE_AA)
