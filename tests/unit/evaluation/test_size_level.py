from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fakestormer.evaluation import ScoreRow, fit_calibration, fit_size_level
from fakestormer.evaluation.scores import write_scores
from fakestormer.types import SizeLevel


def write_table(path: Path, scales: np.ndarray, logits: np.ndarray, fake_from: int) -> Path:
    """Rows of which the first `fake_from` are genuine."""
    rows = [
        ScoreRow(
            f"{k}.mp4", "real" if k < fake_from else "fake", "g", "inconclusive", 0.5, float(logit), 0.5, "", (), scale
        )
        for k, (scale, logit) in enumerate(zip(scales.tolist(), logits, strict=True))
    ]
    write_scores(path, rows, ())
    return path


@pytest.fixture
def sizes() -> np.ndarray:
    return np.exp(np.random.default_rng(0).uniform(-1, 1, 200))


def test_the_slope_is_that_of_the_genuine_files_alone_and_outliers_do_not_turn_it(
    tmp_path: Path, sizes: np.ndarray
) -> None:
    logits = -0.7 * np.log(sizes) + np.random.default_rng(1).normal(0, 0.1, 200)
    logits[:8] += 20.0  # genuine files that score like forgeries
    logits[100:] = 3.0 * np.log(sizes[100:])  # forgeries, which must not matter
    level = fit_size_level(write_table(tmp_path / "scores.csv", sizes, logits, 100), "a test")
    assert level is not None
    assert level.slope == pytest.approx(-0.7, abs=0.08)
    assert level.smallest == pytest.approx(np.quantile(sizes[:100], 0.05))
    assert level.largest == pytest.approx(np.quantile(sizes[:100], 0.95))


def test_too_few_genuine_files_give_no_level(tmp_path: Path, sizes: np.ndarray) -> None:
    assert fit_size_level(write_table(tmp_path / "scores.csv", sizes[:60], sizes[:60], 19), "a test") is None


def test_faces_of_one_size_have_no_slope(tmp_path: Path, sizes: np.ndarray) -> None:
    level = fit_size_level(write_table(tmp_path / "scores.csv", np.ones(40), sizes[:40], 30), "a test")
    assert level is not None
    assert level.slope == 0.0


def test_a_level_is_held_outside_the_sizes_it_was_fitted_on() -> None:
    level = SizeLevel(-2.0, 0.5, 2.0, "a test")
    assert level.at(1.0) == 0.0
    assert level.at(0.5) == pytest.approx(2 * np.log(2)) == level.at(0.01)
    assert level.at(2.0) == level.at(50.0)


@pytest.mark.parametrize(("slope", "smallest", "largest"), [(1.0, 0.0, 1.0), (1.0, 2.0, 1.0), (float("nan"), 1.0, 2.0)])
def test_a_level_that_cannot_be_is_refused(slope: float, smallest: float, largest: float) -> None:
    with pytest.raises(ValueError, match="a size level needs"):
        SizeLevel(slope, smallest, largest, "a test")


def test_a_calibration_is_fitted_on_what_the_level_leaves(tmp_path: Path, sizes: np.ndarray) -> None:
    """Fakes lie 2 above the reals of their size; without the level, size drowns them."""
    noise = np.random.default_rng(2).normal(0, 0.3, 200)
    level = SizeLevel(-5.0, 0.01, 100.0, "a test")
    logits = -5.0 * np.log(sizes) + noise + 2.0 * (np.arange(200) >= 100)
    table = write_table(tmp_path / "scores.csv", sizes, logits, 100)
    blind, levelled = fit_calibration(table, "a test"), fit_calibration(table, "a test", size_level=level)
    assert levelled.probability(2.0) > 0.95 > 0.05 > levelled.probability(0.0)
    assert blind.probability(2.0) < 0.8
