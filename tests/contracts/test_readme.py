"""The README names everything a newcomer can do."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from fakestormer.cli.main import app

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def text():
    content = README.read_text(encoding="utf-8")
    if len(content) < 1000:
        pytest.skip("the README is not written yet")
    return content


@pytest.mark.parametrize("verb", sorted(typer.main.get_command(app).commands))
def test_the_readme_mentions_every_verb(text, verb):
    assert f"fakestormer {verb}" in text


@pytest.mark.parametrize("words", ["make demo", "make test", "Detector.load()"])
def test_the_readme_says_how_to_begin(text, words):
    assert words in text
