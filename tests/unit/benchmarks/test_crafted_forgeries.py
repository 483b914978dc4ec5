from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from benchmarks.craft import FilmedFace, carry, paste_mouth, reanimate, swap_face
from benchmarks.crafted_forgeries import people_held_out
from tests.synthetic_cache import drawn_track

from fakestormer.evaluation import read_manifest
from fakestormer.synthesis import SCHEMES
from fakestormer.video import write_video


def filmed(seed: int, num_frames: int = 5, source: Path = Path("nowhere.mp4")) -> FilmedFace:
    track = drawn_track(seed, num_frames)
    return FilmedFace(source, 1, 25.0, 40, 30, track.images, track.landmarks, track.scheme)


def changed_beyond(made, face, points, reach):
    """The largest change of any pixel outside the points' hull, stretched by `reach`."""
    largest = 0
    for square, before, here in zip(made, face.squares, points, strict=True):
        stretched = here.mean(axis=0) + reach * (here - here.mean(axis=0))
        mask = np.zeros(square.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(stretched).astype(np.int32)), 1)
        largest = max(largest, int(np.abs(square.astype(int) - before)[mask == 0].max()))
    return largest


def test_a_swapped_face_is_the_donors_and_all_around_it_stays():
    target, donor = filmed(0), filmed(1, num_frames=3)
    made = swap_face(target, donor, np.random.default_rng(0))
    assert made.shape == target.squares.shape
    assert changed_beyond(made, target, target.landmarks, 1.05) <= 2  # rounding
    nose = tuple(np.rint(target.landmarks[0][1]).astype(int))
    near = np.s_[nose[1] - 20 : nose[1] + 20, nose[0] - 20 : nose[0] + 20]
    steps = [np.diff(one[0][near].astype(int), axis=1).ravel() for one in (made, donor.squares, target.squares)]
    # Gradients are the donor's, not what was there.
    assert np.corrcoef(steps[0], steps[1])[0, 1] > 0.8
    assert np.corrcoef(steps[0], steps[2])[0, 1] < 0.2


LIPS = SCHEMES["facemesh468"].regions["mouth"]


def test_another_moments_mouth_changes_the_mouth_alone():
    face = filmed(2)
    made = paste_mouth(face, np.random.default_rng(0))
    lips = face.landmarks[:, list(LIPS)]
    assert changed_beyond(made, face, lips, 2.0) <= 2  # rounding
    assert (made != face.squares).any()


def test_a_reanimated_still_has_the_texture_of_its_first_frame_and_the_films_border():
    face = filmed(3)
    frozen = FilmedFace(
        face.source, 1, 25.0, 0, 0, face.squares[[0] * 5], np.repeat(face.landmarks[:1], 5, 0), face.scheme
    )
    assert np.abs(reanimate(frozen).astype(int) - frozen.squares).max() <= 1  # on all pixels, the last row included
    moved = reanimate(face)
    assert np.abs(moved[-1][0].astype(int) - face.squares[-1][0]).max() < 0.1 * 255
    inside = np.s_[30:-30, 30:-30]
    assert np.abs(moved[-1][inside].astype(int) - face.squares[0][inside]).max() > 20


def test_every_frame_gets_the_mouth_of_a_moment_half_the_film_away(monkeypatch):
    face, asked = filmed(0, num_frames=9), []
    estimate = cv2.estimateAffinePartial2D

    def watched(points, here):
        asked.append(next(k for k, one in enumerate(face.landmarks) if (one[61] == points[list(LIPS).index(61)]).all()))
        return estimate(points, here)

    monkeypatch.setattr(cv2, "estimateAffinePartial2D", watched)
    paste_mouth(face, np.random.default_rng(0))
    assert [abs(there - here) for here, there in enumerate(asked)] == [4, 4, 4, 4, 4, 5, 5, 5, 5]


def test_a_mesh_that_moves_as_a_whole_moves_the_picture_as_a_whole():
    face = filmed(0)
    points = face.landmarks[0]
    matrix = np.array([[1.05, 0.08, -9.0], [-0.06, 0.97, 12.0]])
    moved = carry(face.squares[0], points, points @ matrix[:, :2].T + matrix[:, 2], 256)
    # In pixels whose middles lie at halves, as landmarks are measured.
    shift = matrix[:, 2] + matrix[:, :2] @ [0.5, 0.5] - 0.5
    wanted = cv2.warpAffine(face.squares[0], np.column_stack([matrix[:, :2], shift]), (256, 256))
    hull = np.zeros((256, 256), np.uint8)
    targets = points @ matrix[:, :2].T + matrix[:, 2]
    inner = targets.mean(0) + 0.9 * (targets - targets.mean(0))
    cv2.fillConvexPoly(hull, cv2.convexHull(np.rint(inner).astype(np.int32)), 1)
    assert np.abs(moved.astype(int) - wanted)[hull == 1].mean() < 1.0


def test_whole_frames_are_the_films_own_but_for_the_square(tmp_path):
    rng = np.random.default_rng(0)
    film = [np.full((320, 400, 3), level, np.uint8) for level in (20, 60, 100, 140)]
    write_video(tmp_path / "film.mp4", film, 25.0, crf=0)
    face = filmed(0, num_frames=3, source=tmp_path / "film.mp4")
    squares = rng.integers(0, 256, face.squares.shape).astype(np.uint8)
    for image, square, level in zip(face.whole_frames(squares), squares, (60, 100, 140), strict=True):
        assert (image[30:286, 40:296] == square).all()
        assert np.abs(image[:30].astype(int) - level).max() <= 2
    assert np.abs(next(face.whole_frames()).astype(int) - 60).max() <= 2


def test_only_people_whom_no_run_trains_on_are_taken_each_once(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.crafted_forgeries.Validation", lambda: type("", (), {"held_out": 0.15})())
    rows = ("edda-1.mp4,real,g,edda", "edda-2.mp4,real,g,edda", "bo.mp4,real,g,bo", "edda-3.mp4,fake,g,edda")
    (tmp_path / "manifest.csv").write_text("\n".join(("file,label,group,identity", *rows)) + "\n")
    assert [row.file for row in people_held_out(read_manifest(tmp_path / "manifest.csv").rows)] == ["edda-1.mp4"]
