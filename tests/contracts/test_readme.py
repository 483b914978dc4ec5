"""The README names everything a newcomer can do, and what it tells them to type exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from fakestormer.cli.main import app

TEXT = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
VERBS = typer.main.get_command(app).commands
FENCED = re.findall(r"^```console\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
INLINE = re.findall(r"`([^`\n]+)`", TEXT)


def commands():
    """Every `fakestormer ...` in a block (behind its prompt) or between backticks, as the words behind the name."""
    typed = [line.removeprefix("$ ") for block in FENCED for line in block.splitlines() if line.startswith("$ ")]
    for line in (*typed, *INLINE):
        program, *words = line.partition("#")[0].split() or [""]
        if program.rpartition("/")[2] == "fakestormer":
            yield words


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_the_readme_mentions_every_verb(verb):
    assert f"fakestormer {verb}" in TEXT


@pytest.mark.parametrize("words", ["make demo", "make test", "Detector.load()"])
def test_the_readme_says_how_to_begin(words):
    assert words in TEXT


def test_every_command_in_the_readme_and_its_flags_exist():
    found = list(commands())
    assert len(found) > len(VERBS)
    for verb, *words in found:
        assert verb in VERBS, verb
        known = {name for parameter in VERBS[verb].params for name in parameter.opts}
        flags = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert flags <= known, (verb, flags - known)
