"""The examples run as they stand, and the gallery shows them as they are."""

from __future__ import annotations

import subprocess
import sys

import pytest
from docs.site.gallery import EXAMPLES, GALLERY, ROOT, Example, code_of, run


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.script)
def test_the_gallery_shows_the_script_as_it_is(example):
    page = (GALLERY / f"{example.script.removesuffix('.py')}.md").read_text("utf-8")
    assert f"```python\n{code_of(example)}\n```" in page, "run make gallery"


def test_every_script_is_in_the_gallery():
    apart = {"04_example_reports.py", "demo.py"}  # these are the demo and the pages of docs/examples
    assert {path.name for path in (ROOT / "examples").glob("*.py")} - apart == {one.script for one in EXAMPLES}


@pytest.mark.slow
def test_the_examples_run_one_after_the_other():
    pytest.importorskip("skimage")
    subprocess.run([sys.executable, "examples/demo.py"], cwd=ROOT, check=True)
    printed = {one.script: run(one) for one in EXAMPLES}
    assert "probability" in printed["01_detect_one_video.py"]
    assert "strongest change" in printed["02_look_at_evidence.py"]
    assert "seed_0.png" in printed["03_make_pseudo_fakes.py"]
    assert "wrote out/tiny/run/last.safetensors" in printed["05_train_tiny.py"]
    assert "By family" in printed["06_evaluate_a_folder.py"]
    assert "DeLong" in printed["07_compare_two_detectors.py"]


@pytest.mark.slow
def test_the_reports_of_the_documentation_are_made():
    pytest.importorskip("skimage")
    assert "the reports are in" in run(Example("04_example_reports.py", "Reports"))
