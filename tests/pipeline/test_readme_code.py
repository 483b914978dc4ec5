"""The Python of the README does what the README says, with the weights that come with the package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.bad_videos import Recipe, make_video

README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_readme_shows_python():
    assert BLOCKS


@pytest.mark.parametrize("code", BLOCKS, ids=lambda code: str(BLOCKS.index(code)))
def test_the_readmes_python_runs_as_it_stands(code, tmp_path, film, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    named = {name for name in re.findall(r'"([^"]+)"', code) if name.endswith(".mp4")}
    for name in named:
        recipe = Recipe(num_frames=14, width=film.shape[2], height=film.shape[1])
        make_video(tmp_path / name, recipe, lambda index: film[index])
    exec(compile(code, str(README), "exec"), {})
    answer, *faces = capsys.readouterr().out.splitlines()
    assert answer.split()[0] in {"REAL", "FAKE", "INCONCLUSIVE"}
    assert len(faces) == 1
    assert "TimeSpan" in faces[0]
    assert "<html" in (tmp_path / "interview.html").read_text()
