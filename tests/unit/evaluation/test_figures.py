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
)
from fakestormer.types import ConfigError
from fakestormer.video import ALL_DISTORTIONS, Distortion

CONFIG = EvaluationConfig(num_rounds=20)


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
    monkeypatch.setattr("fakestormer.evaluation.figures.find_spec", lambda name: None)
    assert "pip install 'fakestormer[figures]'" in say_what_drawing_needs()
    with pytest.raises(ConfigError, match=r"fakestormer\[figures\]"):
        draw_robustness(tmp_path / "robustness.png", result_of((Distortion("blur", 3),)))
    assert list(tmp_path.iterdir()) == []
