from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from fakestormer.cli.main import app
from fakestormer.cli.speech import remarks, set_speech, shows_progress

MAIN = "from fakestormer.cli.main import main; main()"


@pytest.fixture(autouse=True)
def _as_before():
    yield
    set_speech(0, quiet=False)


def run(*words):
    return subprocess.run([sys.executable, "-c", MAIN, *words], capture_output=True, text=True, check=False)


def test_quiet_leaves_remarks_out_and_errors_in(tmp_path, capsys):
    set_speech(0, quiet=True)
    remarks().print("a remark")
    assert capsys.readouterr().err == ""
    ended = run("-q", "detect", str(tmp_path / "none.mp4"))
    assert ended.returncode == 1
    assert "none.mp4" in ended.stderr


def test_without_an_option_remarks_are_printed_and_steps_are_not(capsys):
    set_speech(0, quiet=False)
    remarks().print("a remark")
    logging.getLogger("fakestormer.detector").info("a step")
    assert capsys.readouterr().err == "a remark\n"


@pytest.mark.parametrize(("verbose", "heard"), [(1, ["a step"]), (2, ["a step", "a clip"])])
def test_verbose_logs_steps_and_twice_every_clip(capsys, verbose, heard):
    set_speech(verbose, quiet=False)
    logger = logging.getLogger("fakestormer.detector")
    logger.info("a step")
    logger.debug("a clip")
    lines = capsys.readouterr().err.splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == heard
    assert not shows_progress(remarks())


def test_quiet_and_verbose_together_are_wrong_usage():
    ended = CliRunner().invoke(app, ["-q", "-v", "datasets"])
    assert ended.exit_code == 2
