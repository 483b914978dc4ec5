"""`benchmarks/ablations.py` on the smallest runs there are: what is finished is kept, whatever ends the command."""

from __future__ import annotations

import json
from dataclasses import replace

import benchmarks.ablations as script
import pytest
from tests.bad_videos import Recipe, make_video
from tests.pipeline.tiny_run import tiny
from tests.synthetic_cache import write_synthetic_cache


def silent() -> script.TrainRun:
    run = tiny()
    return replace(run, name="silent", loss=replace(run.loss, temporal=0.0))


@pytest.fixture
def series(tmp_path, film, monkeypatch):
    """Runs the script with two tiny variants on two films; further arguments are added."""
    monkeypatch.setattr(script, "VARIANTS", {"full": tiny, "silent": silent})
    for name, frames in (("real.mp4", film[:14]), ("fake.mp4", film[:14, :, ::-1])):
        recipe = Recipe(num_frames=14, width=film.shape[2], height=film.shape[1])
        make_video(tmp_path / name, recipe, lambda index, frames=frames: frames[index])
    rows = ("file,label,group,family", "real.mp4,real,g,", "fake.mp4,fake,g,swap")
    (tmp_path / "dev.csv").write_text("\n".join(rows) + "\n")
    cache = write_synthetic_cache(tmp_path / "cache")
    common = ["--data", str(cache), "--manifest", str(tmp_path / "dev.csv"), "--out", str(tmp_path / "out")]

    def run(*more):
        script.main([*common, "--steps", "2", "--pairs", "2", "--clips", "1", "--variants", "full", "silent", *more])

    run.out = tmp_path / "out"
    return run


@pytest.mark.slow
def test_an_interrupted_series_goes_on_and_ends_in_a_table(series, monkeypatch, capsys):
    trained = []
    train = script.train

    def train_until_the_power_goes(run, *rest, **more):
        trained.append((run.name, run.seed, run.optimisation.num_steps, run.optimisation.pairs_per_step))
        if len(trained) == 2:
            raise KeyboardInterrupt
        return train(run, *rest, **more)

    monkeypatch.setattr(script, "train", train_until_the_power_goes)
    with pytest.raises(KeyboardInterrupt):
        series("--seeds", "0")
    assert list(json.loads((series.out / "ablations.json").read_text())["variants"][0]["measures"]) == [
        "AUC",
        "AUC by family",
        "same-source AUC by family",
    ]
    series("--seeds", "0")
    assert trained == [("tiny run", 0, 2, 2), ("silent", 0, 2, 2), ("silent", 0, 2, 2)]
    content = json.loads((series.out / "ablations.json").read_text())
    assert [(variant["variant"], variant["seeds"]) for variant in content["variants"]] == [
        ("full", [0]),
        ("silent", [0]),
    ]
    assert content["variants"][1]["differences"]["AUC"]["over_seeds"]["low"] is None
    assert "Difference to full:" in capsys.readouterr().out
    assert not list(series.out.glob("*/seed-0/checkpoint.pt"))
    with pytest.raises(SystemExit, match="holds runs of the budget"):
        series("--seeds", "0", "--steps", "3")
    monkeypatch.setitem(script.VARIANTS, "silent", tiny)
    with pytest.raises(SystemExit, match="silent/seed-0 holds a run whose name is another than the recipe's"):
        series("--seeds", "0")


def test_a_folder_without_a_finished_run_has_no_table(series):
    with pytest.raises(SystemExit, match="contains no finished run"):
        series("--table-only")
