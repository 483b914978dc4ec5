from __future__ import annotations

import pytest
from benchmarks.held_out_sources import cross_auc, main

from fakestormer.evaluation.scores import ScoreRow


def a_row(source: str, number: int, fake: bool, logit: float) -> ScoreRow:
    return ScoreRow(
        f"{source}{number}.mp4", "fake" if fake else "real", source, "inconclusive", 0.5, logit, 0.5, "",
        clip_mean=logit, clip_median=logit,
    )  # fmt: skip


def test_cross_auc_sets_genuine_files_of_a_source_against_forged_files_of_the_others_only():
    # Within each source forged files score above genuine ones; across sources b's genuine ones are above a's forged.
    rows = [a_row("a", n, fake, -5.0 + fake) for n, fake in enumerate([False] * 4 + [True] * 4)]
    rows += [a_row("b", n, fake, 5.0 + fake) for n, fake in enumerate([False] * 4 + [True] * 4)]
    assert cross_auc(rows) == pytest.approx((1.0 + 0.0) / 2)


def test_inputs_that_cannot_be_used_are_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "none.safetensors"), "--scores", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.startswith("held_out_sources: ")
