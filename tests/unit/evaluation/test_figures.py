from __future__ import annotations

import functools
import sys

import numpy as np
import pytest

from fakestormer.evaluation import (
    DistortedMetrics,
    EvaluationConfig,
    Metrics,
    Robustness,
    RobustnessConfig,
    RunRecord,
    ScoreRow,
    draw_robustness,
    say_what_drawing_needs,
    summarise,
    write_figures,
)
from fakestormer.evaluation.figures.calibration import draw_tippett
from fakestormer.evaluation.figures.selection import largest_kinds
from fakestormer.evaluation.figures.style import print_settings, save
from fakestormer.evaluation.scores import ScoredSet
from fakestormer.types import ConfigError, DataError
from fakestormer.video import ALL_DISTORTIONS, Distortion

CONFIG = EvaluationConfig(num_replicates=20)


@functools.cache
def metrics_at(strength, num_failed=0):
    rng = np.random.default_rng(2)
    rows = []
    for index in range(40):
        logit = None if index < num_failed else float(rng.normal(2 * (index % 2) / strength))
        decision, label = ("error", "fake") if logit is None else ("real", ("real", "fake")[index % 2])
        rows.append(ScoreRow(f"{index}.mp4", label, "g", decision, 0.5, logit, 0.5, ""))
    return Metrics(RunRecord("m.csv", "0" * 64, 0, None), CONFIG, summarise(rows, CONFIG))


def result_of(distortions):
    distorted = tuple(DistortedMetrics(one, metrics_at(one.level + 1, 3 * one.level)) for one in distortions)
    return Robustness(RobustnessConfig(distortions), metrics_at(1), distorted)


@pytest.mark.slow
@pytest.mark.parametrize("distortions", [ALL_DISTORTIONS, (Distortion("blur", 3),)])
def test_the_picture_is_a_png_that_is_readable_without_colour(tmp_path, distortions):
    pytest.importorskip("matplotlib")
    path = tmp_path / "robustness.png"
    draw_robustness(path, result_of(distortions))
    from skimage.io import imread

    picture = imread(path)[:, :, :3].astype(int)
    assert picture.shape[1] > 500
    assert (np.ptp(picture, axis=2) <= 2).all()  # greys only: nothing is told by colour


def test_without_matplotlib_one_sentence_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("fakestormer.evaluation.figures.style.find_spec", lambda name: None)
    assert "pip install 'fakestormer[figures]'" in say_what_drawing_needs()
    with pytest.raises(ConfigError, match=r"fakestormer\[figures\]"):
        draw_robustness(tmp_path / "robustness.png", result_of((Distortion("blur", 3),)))
    assert list(tmp_path.iterdir()) == []


def scored_rows(families=("swap", "lips")):
    rng = np.random.default_rng(5)
    rows = []
    for index in range(60):
        label = ("real", "fake")[index % 2]
        logit = float(rng.normal(1.5 * (index % 2)))
        family = families[index // 2 % len(families)] if families and label == "fake" else ""
        chance = float(1 / (1 + np.exp(-logit)))
        rows.append(
            ScoreRow(f"{index}.mp4", label, f"g{index % 3}", "real", chance, logit, chance, "", (("family", family),))
        )
    return rows


@pytest.mark.slow
def test_a_score_table_gives_every_picture_as_pdf_and_png_without_colour(tmp_path):
    pytest.importorskip("matplotlib")
    from skimage.io import imread

    paths = write_figures(scored_rows([f"kind {number}" for number in range(9)]), tmp_path / "figures")
    names = {path.name for path in paths}
    assert names == {
        f"{n}.{e}" for n in ("roc", "det", "distributions", "reliability", "tippett") for e in ("pdf", "png")
    }
    assert names == {path.name for path in (tmp_path / "figures").iterdir()}
    for path in paths:
        if path.suffix == ".png":
            picture = imread(path)[:, :, :3].astype(int)
            assert 950 < picture.shape[1] < 1050  # a column's width at 300 dots an inch
            assert (np.ptp(picture, axis=2) <= 2).all()
        else:
            assert path.read_bytes().startswith(b"%PDF")


def test_the_same_table_gives_the_same_bytes(tmp_path):
    pytest.importorskip("matplotlib")
    with print_settings():
        drawn = [save(draw_tippett(ScoredSet.of(scored_rows(), CONFIG)), tmp_path, name) for name in ("a", "b")]
    first, second = ([path.read_bytes() for path in paths] for paths in drawn)
    assert first == second


def test_a_table_without_fakes_has_nothing_to_draw(tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(DataError, match="no fake file was scored"):
        write_figures([row for row in scored_rows() if not row.is_fake], tmp_path / "figures")
    assert list(tmp_path.iterdir()) == []


def test_curves_are_drawn_of_the_largest_families_that_are_large_enough():
    rows = [
        *scored_rows(("swap", "lips")),
        ScoreRow("x.mp4", "fake", "g", "fake", 0.9, 2.0, 0.9, "", (("family", "rare"),)),
    ]
    kinds = largest_kinds(ScoredSet.of(rows, CONFIG))
    assert [kind.label for kind in kinds] == ["all fakes (31)", "lips (15)", "swap (15)"]
    assert all((~kind.is_fake).sum() == 30 for kind in kinds)


def test_without_families_the_curves_are_those_of_the_groups():
    kinds = largest_kinds(ScoredSet.of(scored_rows(()), CONFIG))
    assert [kind.label for kind in kinds] == ["all fakes (30)", "g0 (10)", "g1 (10)", "g2 (10)"]
