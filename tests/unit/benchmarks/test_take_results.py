"""From the folder of an evaluation to what docs/benchmarks.md shows of it."""

from __future__ import annotations

import json

import pytest
from benchmarks.take_results import main

from fakestormer.evaluation import EvaluationConfig, evaluate

GOALS = [
    {"name": "swaps", "family": "swap", "at_least": 0.9},
    {"name": "lips", "family": "lips", "at_least": 0.9},
    {"name": "noise", "distortion": "noise-3", "at_most": 0.08},
]
VARIANT = {
    "folder": "one",
    "title": "first",
    "state": "kept",
    "what": "What it is.",
    "seeds": [4],
    "command": "$ do it",
}
ROWS = [f"{name}{n}.mp4,{label},g,{family},{name}{n}" for n in range(4) for name, label, family in (
    ("real", "real", ""), ("swap", "fake", "swap"), ("lips", "fake", "lips"))]  # fmt: skip
LOGITS = {"real": 0.0, "swap": 5.0, "lips": -1.0}


@pytest.fixture
def evaluation(tmp_path, write_manifest, scripted):
    pytest.importorskip("matplotlib")
    answers = {row.split(",")[0]: ((LOGITS[row[:4]] + 0.1 * int(row[4]),),) for row in ROWS}
    manifest = write_manifest(*ROWS, header="file,label,group,family,identity")
    evaluate(manifest, tmp_path / "evaluation", scripted(answers), config=EvaluationConfig(num_replicates=20))
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "variants.json").write_text(json.dumps({"goals": GOALS, "variants": [VARIANT]}))
    return tmp_path / "evaluation"


@pytest.mark.slow
def test_an_evaluation_becomes_small_files_and_a_document(tmp_path, evaluation):
    main(["one", str(evaluation), "--results", str(tmp_path / "results")])
    taken = tmp_path / "results" / "one"
    assert {path.name for path in taken.iterdir()} == {"metrics.json", "reliability.png", "distributions.png"}
    assert (taken / "metrics.json").stat().st_size < (evaluation / "metrics.json").stat().st_size / 4
    text = (tmp_path / "benchmarks.md").read_text()
    assert "What it is. Seeds: 4. State: kept." in text
    line = next(line for line in text.splitlines() if line.startswith("| swaps"))
    assert "at least 0.90" in line
    assert "1.000" in line
    assert "| reached" in line
    assert "**not reached**" in next(line for line in text.splitlines() if line.startswith("| lips "))
    assert "not measured" in next(line for line in text.splitlines() if line.startswith("| noise"))


def test_a_folder_that_is_no_evaluation_is_one_sentence(tmp_path, evaluation):
    with pytest.raises(SystemExit, match=r"metrics\.json cannot be read"):
        main(["one", str(tmp_path), "--results", str(tmp_path / "results")])


@pytest.mark.slow
def test_crafted_forgeries_stand_beside_the_arm(tmp_path, evaluation):
    main(["one", str(evaluation), "--results", str(tmp_path / "results")])
    crafted = ["one", "--crafted", str(evaluation), "--results", str(tmp_path / "results")]
    with pytest.raises(SystemExit, match="is no evaluation of what benchmarks/crafted_forgeries"):
        main(crafted)
    metrics = (evaluation / "metrics.json").read_text()
    (evaluation / "metrics.json").write_text(metrics.replace('"name": "g"', '"name": "crafted"'))
    main(crafted)
    text = (tmp_path / "benchmarks.md").read_text()
    assert "12 of 12 videos scored, 4 of them genuine" in text
    line = next(line for line in text.splitlines() if line.startswith("| lips") and line.count("|") == 4)
    assert "0.000" in line
