from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from jaxtyping import Float, UInt8
from numpy import ndarray

from fakestormer.synthesis import SCHEMES, FaceScheme

SIZE = 128
# Where each region lies in a face of unit width and height: centre, radii, and the arc it covers in degrees.
ARCS: dict[str, tuple[float, float, float, float, float, float]] = {
    "right_jaw": (0.5, 0.4, 0.40, 0.55, 180, 90),
    "left_jaw": (0.5, 0.4, 0.40, 0.55, 0, 90),
    "right_cheek": (0.28, 0.58, 0.10, 0.10, 0, 330),
    "left_cheek": (0.72, 0.58, 0.10, 0.10, 0, 330),
    "forehead": (0.5, 0.4, 0.40, 0.38, 190, 350),
    "right_brow": (0.33, 0.33, 0.12, 0.04, 180, 360),
    "left_brow": (0.67, 0.33, 0.12, 0.04, 180, 360),
    "right_eye": (0.33, 0.42, 0.08, 0.03, 0, 330),
    "left_eye": (0.67, 0.42, 0.08, 0.03, 0, 330),
    "nose_ridge": (0.5, 0.5, 0.01, 0.10, -90, 90),
    "nose": (0.5, 0.62, 0.09, 0.04, 0, 180),
    "mouth": (0.5, 0.76, 0.15, 0.06, 0, 330),
}


def lay_face(scheme: FaceScheme) -> Float[ndarray, "points 2"]:
    """A plausible drawn face of that scheme, 60 % of a crop of SIZE pixels; points without a region lie on the nose."""
    unit = np.full((scheme.num_points, 2), (0.5, 0.6))
    for region, (x, y, radius_x, radius_y, start, end) in ARCS.items():
        indices = scheme.regions[region]
        angles = np.radians(np.linspace(start, end, len(indices)))
        unit[list(indices)] = np.stack([x + radius_x * np.cos(angles), y + radius_y * np.sin(angles)], axis=1)
    return SIZE * (0.2 + 0.6 * unit)


def draw_clip(num_frames: int, noise: float, seed: int = 0) -> UInt8[ndarray, "frames size size 3"]:
    """Frames of soft random blotches under fresh noise: some structure everywhere, no two pixels alike."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE
    waves = [np.sin(2 * np.pi * (rng.uniform(1, 4) * x + rng.uniform(1, 4) * y + rng.random())) for _ in range(3)]
    still = 128 + 60 * np.stack(waves, axis=-1)
    frames = still + rng.normal(0, noise, (num_frames, SIZE, SIZE, 3))
    return np.clip(frames, 0, 255).astype(np.uint8)


@pytest.fixture(params=list(SCHEMES))
def scheme(request: pytest.FixtureRequest) -> FaceScheme:
    return SCHEMES[request.param]


@pytest.fixture
def face() -> Callable[[FaceScheme], Float[ndarray, "points 2"]]:
    return lay_face


@pytest.fixture
def images() -> UInt8[ndarray, "frames size size 3"]:
    return draw_clip(4, 6.0)


@pytest.fixture
def landmarks() -> Float[ndarray, "frames points 2"]:
    """Four frames of a face of 81 points that moves by a pixel a frame."""
    return lay_face(SCHEMES["ibug81"]) + np.arange(4)[:, None, None] * np.array([1.0, 0.5])
