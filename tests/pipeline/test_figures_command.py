"""`fakestormer figures` and `evaluate --figures`, as a user meets them."""

from __future__ import annotations

import pytest
from tests.bad_videos import Recipe, make_video

NAMES = {
    f"{name}.{end}" for name in ("roc", "det", "distributions", "reliability", "tippett") for end in ("pdf", "png")
}


@pytest.fixture
def manifest(tmp_path, film):
    for name, frames in (("real.mp4", film[:14]), ("fake.mp4", film[:14, :, ::-1])):
        recipe = Recipe(num_frames=14, width=film.shape[2], height=film.shape[1])
        make_video(tmp_path / name, recipe, lambda index, frames=frames: frames[index])
    path = tmp_path / "dev.csv"
    path.write_text("file,label,group\nreal.mp4,real,g\nfake.mp4,fake,g\n")
    return path


@pytest.mark.slow
def test_an_evaluation_is_drawn_at_once_or_later_from_its_folder(run, tmp_path, manifest, weights):
    pytest.importorskip("matplotlib")
    out = tmp_path / "out"
    assert run("evaluate", "--manifest", manifest, "--out", out, "--weights", weights, "--figures").code == 0
    assert {path.name for path in (out / "figures").iterdir()} == NAMES
    later = run("figures", out, "--out", tmp_path / "later")
    assert later.code == 0
    assert str(tmp_path / "later" / "roc.pdf") in later.out
    assert {path.name for path in (tmp_path / "later").iterdir()} == NAMES


def test_without_matplotlib_the_command_is_named_before_any_video_is_scored(
    run, tmp_path, manifest, weights, monkeypatch
):
    monkeypatch.setattr("fakestormer.evaluation.figures.style.find_spec", lambda name: None)
    told = run("evaluate", "--manifest", manifest, "--out", tmp_path / "out", "--weights", weights, "--figures")
    assert told.code == 1
    assert "pip install 'fakestormer[figures]'" in told.sentences[0]
    assert not (tmp_path / "out").exists()


def test_what_is_no_score_table_is_one_sentence(run, tmp_path, manifest):
    for place, words in ((tmp_path / "none.csv", "there is no score table"), (manifest, "lacks the column")):
        told = run("figures", place, "--out", tmp_path / "pictures")
        assert told.code == 1
        assert len(told.sentences) == 1
        assert words in told.sentences[0]
