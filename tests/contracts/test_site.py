"""The documentation builds as a site without a warning, and what its pages tell people to type exists."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import typer.main
from docs.site.check import find_faults
from docs.site.stage import DOCS, ROOT

from fakestormer.cli.main import app

PAGES = sorted(page for page in DOCS.rglob("*.md") if "decisions" not in page.parts)
TYPED = re.compile(r"^\$ fakestormer ([^#\n]*)", re.MULTILINE)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("zensical")
    folder = tmp_path_factory.mktemp("site")
    build = f"from pathlib import Path; from docs.site.__main__ import build; build(Path({str(folder)!r}))"
    ended = subprocess.run(
        [sys.executable, "-c", build], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
    return folder / "html"


def test_the_site_is_built_without_a_warning_a_dead_link_or_anything_loaded_from_elsewhere(site):
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert {"index.html", "reference/command-line.html", "reference/rest.html", "decisions/index.html"} <= pages
    assert "fakestormer bulk retry" in (site / "reference/command-line.html").read_text()
    assert "min_clip_interval" in (site / "reference/python.html").read_text()
    assert 'id="post-v1analyses"' in (site / "reference/rest.html").read_text()


def test_every_page_is_reached_from_the_navigation(site):
    listed = set(re.findall(r'"([\w/.-]+\.md)"', (DOCS / "site" / "zensical.toml").read_text()))
    written = {path.relative_to(site.parent / "pages").as_posix() for path in (site.parent / "pages").rglob("*.md")}
    apart = {name for name in written if name.startswith("decisions/")}
    assert written - apart == listed - {"decisions/index.md"}


def test_faults_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<h1 id="top"></h1><a href="b.html#here"></a><a href="gone.html"></a><a href="#top"></a>'
        '<img src="https://elsewhere.example/x.png"><script src="no.js"></script><a href="https://fine.example"></a>'
    )
    (tmp_path / "b.html").write_text('<h1 id="there"></h1>')
    assert find_faults(tmp_path) == [
        "a.html loads https://elsewhere.example/x.png",
        "a.html leads to b.html#here, which is not there",
        "a.html leads to gone.html, which is not there",
        "a.html loads no.js, which is not there",
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_commands_of_a_page_and_their_options_exist(page):
    for line in TYPED.findall(page.read_text("utf-8").replace("\\\n", " ")):
        command = typer.main.get_command(app)
        words = line.split()
        while getattr(command, "commands", {}) and words and not words[0].startswith("-"):
            known = command.commands
            assert words[0] in known or "run" in known, line  # `bulk INPUT OUTPUT` is `bulk run`
            command = known[words.pop(0) if words[0] in known else "run"]
        options = {name for parameter in command.params for name in parameter.opts}
        flags = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert flags - {"--install-completion", "--help"} <= options, line
