from __future__ import annotations

import numpy as np
import pytest
from benchmarks.localisation.truth import ForgedTruth
from benchmarks.localisation.truth_from_pair import truth_from_pair

from fakestormer.types import DataError
from fakestormer.video import write_video

RATE = 10.0
HEIGHT, WIDTH = 96, 128


def scene(num_frames: int = 30, seed: int = 0, size: tuple[int, int] = (HEIGHT, WIDTH)) -> np.ndarray:
    """A coarse pattern that drifts."""
    blocks = np.random.default_rng(seed).integers(40, 216, (size[0] // 8, size[1] // 8 + num_frames, 3), dtype=np.uint8)
    wide = np.kron(blocks, np.ones((8, 8, 1), np.uint8))
    return np.stack([wide[:, shift : shift + size[1]] for shift in range(num_frames)])


def write(path, frames):
    write_video(path, frames, RATE)
    return path


def test_when_and_where_are_read_off_the_difference(tmp_path):
    real = scene()
    fake = real.copy()
    fake[10:20, 24:56, 40:80] = 255 - fake[10:20, 24:56, 40:80]
    truth = truth_from_pair(write(tmp_path / "f.mp4", fake), write(tmp_path / "r.mp4", real))
    (span,) = truth.spans
    assert (span.start, span.end) == (pytest.approx(1.0), pytest.approx(2.0))
    assert [mask.frame_index for mask in truth.masks] == list(range(10, 20))
    for mask in truth.masks:
        laid = np.zeros((HEIGHT, WIDTH), bool)
        rows, columns = mask.mask.shape
        laid[mask.top : mask.top + rows, mask.left : mask.left + columns] = mask.mask > 0
        true = np.zeros_like(laid)
        true[24:56, 40:80] = True
        assert (laid & true).sum() / (laid | true).sum() > 0.8


def test_specks_beside_the_forgery_are_no_part_of_it(tmp_path):
    real = scene()
    fake = real.copy()
    fake[:, 24:56, 40:80] = 255 - fake[:, 24:56, 40:80]
    fake[:, 80:90, 110:120] = 0
    truth = truth_from_pair(write(tmp_path / "f.mp4", fake), write(tmp_path / "r.mp4", real))
    assert len(truth.masks) == 30
    assert all(mask.top + len(mask.mask) < 70 for mask in truth.masks)


def test_two_encodings_of_the_same_are_no_forgery(tmp_path):
    real = scene()
    write_video(tmp_path / "coarse.mp4", real, RATE, crf=24)
    assert truth_from_pair(tmp_path / "coarse.mp4", write(tmp_path / "r.mp4", real)) == ForgedTruth((), ())


def test_a_pair_is_aligned_by_its_times_not_by_its_frames(tmp_path):
    real = np.repeat(scene(15), 2, axis=0)
    fake = real[::2].copy()
    fake[5:10, 24:56, 40:80] = 0
    write_video(tmp_path / "f.mp4", fake, RATE / 2)
    truth = truth_from_pair(tmp_path / "f.mp4", write(tmp_path / "r.mp4", real))
    assert truth.spans[0].start == pytest.approx(1.0)
    assert truth.spans[0].end == pytest.approx(2.0)


def test_pairs_that_are_not_aligned_are_refused_with_one_sentence(tmp_path):
    real = write(tmp_path / "r.mp4", scene())
    with pytest.raises(DataError, match="not aligned frame by frame"):
        truth_from_pair(write(tmp_path / "late.mp4", scene(seed=1)), real)
    with pytest.raises(DataError, match="64 x 64 pixels, its original 128 x 96"):
        truth_from_pair(write(tmp_path / "small.mp4", scene(size=(64, 64))), real)
