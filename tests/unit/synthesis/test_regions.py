from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from fakestormer.synthesis import SCHEMES, FaceScheme
from fakestormer.synthesis.regions import RegionName, find_scheme
from fakestormer.types import DataError

ASTRONAUT = Path(__file__).parents[3] / "examples" / "astronaut_landmarks.json"


def test_every_scheme_knows_every_region(scheme: FaceScheme) -> None:
    assert set(scheme.regions) == set(get_args(RegionName))
    for name, indices in scheme.regions.items():
        assert indices or name == "forehead"
        assert all(0 <= index < scheme.num_points for index in indices)
        assert len(set(indices)) == len(indices)


def test_both_halves_of_the_jaw_share_the_chin_only(scheme: FaceScheme) -> None:
    right, left = scheme.regions["right_jaw"], scheme.regions["left_jaw"]
    assert set(right) & set(left) == {right[-1] if right[-1] in left else right[0]}
    assert len(scheme.jaw) == len(right) + len(left) - 1


def test_only_68_points_have_no_forehead() -> None:
    assert [name for name, scheme in SCHEMES.items() if not scheme.regions["forehead"]] == ["ibug68"]


def test_face_mesh_regions_lie_where_their_names_say() -> None:
    known = json.loads(ASTRONAUT.read_text(encoding="utf-8"))
    scheme, points = SCHEMES[known["scheme"]], np.array(known["points"])
    at = {name: points[list(indices)].mean(axis=0) for name, indices in scheme.regions.items()}
    assert len(points) == scheme.num_points
    for part in ("jaw", "cheek", "eye", "brow"):
        assert at[f"right_{part}"][0] < at["nose_ridge"][0] < at[f"left_{part}"][0]
    from_top = ("forehead", "right_brow", "right_eye", "nose_ridge", "nose", "mouth")
    heights = [at[name][1] for name in from_top]
    assert heights == sorted(heights)
    outline = points[list(scheme.indices("right_jaw", "left_jaw", "right_brow", "left_brow", "forehead"))]
    chin = points[scheme.regions["right_jaw"][-1]]
    assert chin[1] == outline[:, 1].max()
    assert outline.min(axis=0) == pytest.approx(points.min(axis=0), abs=2)


def test_unknown_scheme_is_refused_by_name() -> None:
    with pytest.raises(DataError, match="'dlib5' is unknown: use one of ibug68"):
        find_scheme("dlib5", 5)


def test_wrong_number_of_points_is_refused() -> None:
    with pytest.raises(DataError, match="ibug68 has 68 points, got 81"):
        find_scheme("ibug68", 81)
