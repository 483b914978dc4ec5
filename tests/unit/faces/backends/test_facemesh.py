from __future__ import annotations

import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakestormer.faces import Landmarker
from fakestormer.faces.backends import facemesh
from fakestormer.faces.backends.facemesh import FaceMeshLandmarker
from fakestormer.types import Box, LandmarkModelError

FACE = Box(178.0, 63.0, 267.0, 175.0)
EYES, CHIN, NOSE = [33, 263], 152, 1


def landmarker() -> FaceMeshLandmarker:
    """The real model where the environment or a neighbouring folder has it; tests of it are skipped elsewhere."""
    pytest.importorskip("ai_edge_litert")
    beside = Path(__file__).parents[5] / "shared" / "models" / "face_landmark.tflite"
    path = Path(os.environ.get("FAKESTORMER_LANDMARK_MODEL", beside))
    if not path.is_file():
        pytest.skip("no landmark model on this machine")
    return FaceMeshLandmarker(path)


def astronaut() -> np.ndarray:
    data = pytest.importorskip("skimage.data")
    picture: np.ndarray = data.astronaut()
    return picture


def test_points_sit_on_eyes_nose_and_chin() -> None:
    found = landmarker().find(astronaut(), FACE)
    assert found is not None
    assert found.scheme == "facemesh468"
    assert found.points.shape == (468, 2)
    np.testing.assert_allclose(found.points[EYES], [[194, 101], [257, 104]], atol=4)
    np.testing.assert_allclose(found.points[NOSE], [223, 131], atol=4)
    np.testing.assert_allclose(found.points[CHIN], [220, 177], atol=5)


def test_points_depend_little_on_the_box() -> None:
    finder = landmarker()
    moved = Box(FACE.left + 4, FACE.top - 4, FACE.right + 4, FACE.bottom - 4)
    one, other = finder.find(astronaut(), FACE), finder.find(astronaut(), moved)
    assert one is not None
    assert other is not None
    assert np.linalg.norm(one.points - other.points, axis=1).mean() < 0.8


def test_points_turn_with_the_head() -> None:
    picture, finder = astronaut(), landmarker()
    upright = finder.find(picture, FACE)
    turn = cv2.getRotationMatrix2D((222.5, 119.0), 35, 1)
    turned = finder.find(np.asarray(cv2.warpAffine(picture, turn, (512, 512)), dtype=np.uint8), FACE)
    assert upright is not None
    assert turned is not None
    expected = (upright.points - 0.5) @ turn[:, :2].T + turn[:, 2] + 0.5
    assert np.linalg.norm(turned.points - expected, axis=1).mean() < 3


def test_where_no_face_is_there_are_no_points() -> None:
    finder = landmarker()
    assert finder.find(np.full((200, 200, 3), 90, dtype=np.uint8), Box(50.0, 50.0, 150.0, 150.0)) is None
    assert finder.find(astronaut(), Box(50.0, 50.0, 50.0, 50.0)) is None


def test_it_is_a_landmarker() -> None:
    assert isinstance(landmarker(), Landmarker)


def test_without_the_package_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facemesh, "find_landmark_model", lambda path: tmp_path / "face_landmark.tflite")
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(LandmarkModelError, match=r"pip install 'fakestormer\[train\]'"):
        FaceMeshLandmarker()


def test_a_file_that_is_no_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ai_edge_litert")
    path = tmp_path / "face_landmark.tflite"
    path.write_bytes(b"no model")
    monkeypatch.setattr(facemesh, "find_landmark_model", lambda path: path)
    with pytest.raises(LandmarkModelError, match="not a face mesh model that can be run"):
        FaceMeshLandmarker(path)


def test_a_turned_crop_lies_where_it_should() -> None:
    y, x = np.mgrid[0:300, 0:300]
    picture = np.stack([x * 255 / 300, y * 255 / 300, 0 * x], axis=-1).astype(np.uint8)
    crop = facemesh._turned_crop(picture, (150.0, 140.0), 120.0, 0.4)
    offsets = (np.array([[30.5, 20.5], [100.5, 150.5]]) / 192 - 0.5) * 120
    expected = offsets @ facemesh._turn(0.4).T + np.array([150.0, 140.0])
    seen = crop[[20, 150], [30, 100], :2] * (300 / 255)
    np.testing.assert_allclose(seen, expected, atol=2)
