"""docs/benchmarks.md says what the committed results say."""

from __future__ import annotations

import json
import re
import shutil

from benchmarks.write_benchmarks import RESULTS, render
from benchmarks.write_peers import render as render_peers

DOCUMENT = RESULTS.parent / "benchmarks.md"


def test_the_document_is_what_its_command_makes_of_the_committed_results():
    advice = "run: python -m benchmarks.write_benchmarks"
    assert DOCUMENT.read_text(encoding="utf-8") == render(RESULTS), advice


def test_every_picture_of_the_document_is_there():
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", DOCUMENT.read_text(encoding="utf-8"))
    assert pictures
    assert [name for name in pictures if not (DOCUMENT.parent / name).is_file()] == []


def test_every_folder_of_results_is_a_variant():
    listed = {
        variant["folder"] for variant in json.loads((RESULTS / "variants.json").read_text(encoding="utf-8"))["variants"]
    }
    assert listed == {path.name for path in RESULTS.iterdir() if path.is_dir()}


def test_a_number_that_changes_changes_the_document(tmp_path):
    results = tmp_path / "results"
    shutil.copytree(RESULTS, results)
    before = render(results)
    variant = json.loads((results / "variants.json").read_text(encoding="utf-8"))["variants"][0]["folder"]
    path = results / variant / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8"))
    metrics["reliability"]["expected_calibration_error"]["value"] = 0.0123
    path.write_text(json.dumps(metrics), encoding="utf-8")
    after = render(results)
    assert "| expected calibration error " in after
    assert "0.012" in after
    assert after != before


def test_what_is_committed_of_an_evaluation_names_no_place_on_a_disk():
    texts = [path.read_text(encoding="utf-8") for path in RESULTS.glob("**/*.json")]
    assert len(texts) >= 2
    assert [word for text in texts for word in ("/tmp", "/home", "/work", "../") if word in text] == []


def test_the_page_of_peers_is_what_its_command_makes_of_the_committed_results():
    page = RESULTS.parent / "peers.md"
    assert page.read_text(encoding="utf-8") == render_peers(RESULTS), "run: python -m benchmarks.write_peers"
