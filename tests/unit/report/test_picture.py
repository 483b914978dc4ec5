from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET

import cv2
import numpy as np
import pytest

from fakestormer.report import write_pictures
from fakestormer.report.picture import data_uri, encode, video_duration
from fakestormer.types import DataError, SetAsideTrack, TimeSpan


def test_every_evidence_frame_becomes_a_png_and_every_face_a_timeline(verdict, face, tmp_path):
    paths = write_pictures(verdict(face(), face(track_id=4)), tmp_path / "new")
    assert sorted(path.name for path in paths) == [
        "face0_frame000052_change.png",
        "face0_frame000052_score.png",
        "face0_timeline.svg",
        "face4_frame000052_change.png",
        "face4_frame000052_score.png",
        "face4_timeline.svg",
    ]
    for path in paths:
        if path.suffix == ".png":
            picture = cv2.imread(str(path))
            assert picture.shape[1] == 160
            assert picture.shape[0] > 120  # the frame and the strip that explains it
        else:
            assert ET.parse(path).getroot().tag.endswith("svg")


def test_a_video_without_faces_gives_no_pictures(verdict, tmp_path):
    assert write_pictures(verdict(), tmp_path) == ()


def test_evidence_frames_without_a_picture_are_passed_over(verdict, face, tmp_path):
    assert [path.suffix for path in write_pictures(verdict(face(pictures=False)), tmp_path)] == [".svg"]


def test_a_folder_that_cannot_be_made_is_named(verdict, face, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written"):
        write_pictures(verdict(face()), tmp_path / "file" / "inside")


@pytest.mark.parametrize("width", [40, 640, 3840])
def test_pictures_of_any_size_can_be_annotated(verdict, face, tmp_path, width):
    one = face()
    key = dataclasses.replace(one.evidence_frames[0], image=np.zeros((30, width, 3), np.uint8))
    paths = write_pictures(verdict(dataclasses.replace(one, evidence_frames=(key,))), tmp_path)
    assert {cv2.imread(str(path)).shape[1] for path in paths if path.suffix == ".png"} == {width}


def test_colours_survive_the_way_into_a_file():
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 200
    assert cv2.imdecode(np.frombuffer(encode(red, ".png"), np.uint8), cv2.IMREAD_COLOR)[0, 0].tolist() == [0, 0, 200]


def test_wide_pictures_are_reduced_for_the_page():
    rng = np.random.default_rng(0)
    assert len(data_uri(rng.integers(0, 255, (900, 2600, 3)).astype(np.uint8), 300)) < 60_000


def test_the_time_axis_goes_on_until_the_last_picture_is_over_and_holds_all_faces(verdict, face):
    assert video_duration(verdict(face())) == 4.0
    paused = verdict(face(), num_frames=10)
    assert video_duration(paused) == 4.0
    assert video_duration(dataclasses.replace(paused, video=dataclasses.replace(paused.video, duration=None))) == 3.0
    assert video_duration(verdict(set_aside=(SetAsideTrack(0, TimeSpan(0.0, 9.0), "small"),))) == 9.0
    unknown = verdict(face())
    assert video_duration(dataclasses.replace(unknown, video=dataclasses.replace(unknown.video, frame_rate=0.0))) == 4.0
