"""Standard output as a shell gives it, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TALK = """
import sys
from fakestormer.cli import main as command
from fakestormer.cli.terminal import say, terminal

def talk(**_):
    for number in range(3000):
        say(terminal(), f"line {number} caf\\udce9 \\x1b[31m :100: [red] \\u2192")
    sys.stderr.write("the work is done\\n")

command.app = talk
command.main()
"""


def shell(line: str, **changes: str) -> tuple[int, str, str]:
    """Exit code of the command in the line, `"$@"`, and what the line printed; `pipefail` holds."""
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line, "bash", sys.executable, "-W", "error", "-c", TALK],
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, **changes},
    )
    return ended.returncode, ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace")


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ('"$@" | head -1', "Broken pipe"),
        ('"$@" > /dev/full', "No space left on device"),
        ('"$@" >&-', "it is closed"),
    ],
)
def test_a_standard_output_that_is_lost_is_one_sentence_and_the_work_goes_on(line, cause):
    code, _, err = shell(line)
    assert code == 1
    assert err.splitlines()[0] == "the work is done"
    assert err.splitlines()[1:] == [
        f"fakestormer: standard output could not be written ({cause}): lines are missing there, files are not"
    ]


def test_a_standard_error_that_is_lost_costs_nothing():
    for line in ('"$@" 2> /dev/full', '"$@" 2>&-'):
        code, out, _ = shell(line)
        assert (code, len(out.splitlines())) == (0, 3000)


@pytest.mark.parametrize(
    ("changes", "arrow"),
    [
        ({"PYTHONIOENCODING": "cp1252"}, r"\u2192"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, r"\u2192"),
        ({"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}, "\u2192"),
    ],
)
def test_in_every_locale_every_line_is_said(changes, arrow):
    code, out, err = shell('"$@"', **changes)
    assert (code, err) == (0, "the work is done\n")
    assert out.splitlines()[2999] == rf"line 2999 caf\xe9 \x1b[31m :100: [red] {arrow}"
