"""Named regions of a face, so that masks are defined once for every order of landmarks.

Right and left are the person's own, so the right eye lies on the left of an unmirrored picture. `ibug68` is the order
of the iBUG 300-W annotation, `ibug81` adds 13 forehead points, `facemesh468` is MediaPipe's canonical face mesh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fakestormer.types import DataError

RegionName = Literal[
    "right_jaw",
    "left_jaw",
    "right_cheek",
    "left_cheek",
    "right_eye",
    "left_eye",
    "right_brow",
    "left_brow",
    "nose_ridge",
    "nose",
    "mouth",
    "forehead",
]


@dataclass(frozen=True, slots=True)
class FaceScheme:
    """One order of landmarks: how many points there are and which of them outline or fill each region.

    Both halves of the jaw run from the ear to the chin and share the chin's point. `forehead` may be empty.
    """

    name: str
    num_points: int
    regions: dict[RegionName, tuple[int, ...]]

    def indices(self, *names: RegionName) -> tuple[int, ...]:
        """The points of all these regions, each once, in ascending order."""
        return tuple(sorted({index for name in names for index in self.regions[name]}))

    @property
    def jaw(self) -> tuple[int, ...]:
        """The jaw line from ear to ear."""
        return self.indices("right_jaw", "left_jaw")


_IBUG68: dict[RegionName, tuple[int, ...]] = {
    "right_jaw": tuple(range(9)),
    "left_jaw": tuple(range(8, 17)),
    "right_cheek": (1, 2, 3, 4, 31, 36, 40, 41, 48),
    "left_cheek": (12, 13, 14, 15, 35, 45, 46, 47, 54),
    "right_eye": tuple(range(36, 42)),
    "left_eye": tuple(range(42, 48)),
    "right_brow": tuple(range(17, 22)),
    "left_brow": tuple(range(22, 27)),
    "nose_ridge": tuple(range(27, 31)),
    "nose": tuple(range(31, 36)),
    "mouth": tuple(range(48, 68)),
    "forehead": (),
}

_FACEMESH468: dict[RegionName, tuple[int, ...]] = {
    "right_jaw": (127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
    "left_jaw": (356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152),
    "right_cheek": (227, 137, 177, 215, 138, 192, 207, 205, 206, 129, 36, 101, 118, 117, 116, 123, 50, 187, 147),
    "left_cheek": (447, 366, 401, 435, 367, 416, 427, 425, 426, 358, 266, 330, 347, 346, 345, 352, 280, 411, 376),
    "right_eye": (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    "left_eye": (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
    "right_brow": (46, 53, 52, 65, 55, 107, 66, 105, 63, 70),
    "left_brow": (276, 283, 282, 295, 285, 336, 296, 334, 293, 300),
    "nose_ridge": (168, 6, 197, 195, 5, 4),
    "nose": (1, 19, 94, 2, 97, 98, 64, 48, 49, 129, 326, 327, 294, 278, 279, 358),
    "mouth": (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185),
    "forehead": (
        10,
        338,
        297,
        332,
        284,
        251,
        389,
        162,
        21,
        54,
        103,
        67,
        109,
        151,
        108,
        69,
        104,
        68,
        337,
        299,
        333,
        298,
    ),
}

SCHEMES: dict[str, FaceScheme] = {
    "ibug68": FaceScheme("ibug68", 68, _IBUG68),
    "ibug81": FaceScheme("ibug81", 81, {**_IBUG68, "forehead": tuple(range(68, 81))}),
    "facemesh468": FaceScheme("facemesh468", 468, _FACEMESH468),
}


def find_scheme(name: str, num_points: int) -> FaceScheme:
    """The scheme of that name; DataError where it is unknown or has another number of points."""
    if name not in SCHEMES:
        raise DataError(f"landmark scheme {name!r} is unknown: use one of {', '.join(SCHEMES)}")
    scheme = SCHEMES[name]
    if num_points != scheme.num_points:
        raise DataError(
            f"landmark scheme {name} has {scheme.num_points} points, got {num_points}: name the right scheme"
        )
    return scheme
