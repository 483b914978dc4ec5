"""The picture of a terminal in the README: python -m docs.site.terminal (make pictures)

Runs the command on the demo's two films and draws what it printed, as an SVG that loads nothing.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "terminal.svg"
RUN = "from fakestormer.cli.main import main; main()"
TYPED = "fakestormer detect demo --html report.html"
WIDTH = 110


def record() -> str:
    """What the command prints, in colour, standard output and standard error as they come."""
    environment = os.environ | {
        "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "PYTHONPATH": str(ROOT / "src"),
        "TERM": "xterm-256color", "TTY_INTERACTIVE": "0",
    }  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", RUN, *TYPED.split()[1:]],
        cwd=ROOT / "out", env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
    )  # fmt: skip
    plain = re.sub(r"\x1b\[\?25[lh]|\x1b\[[0-9;]*[AK]|\r", "", told.stdout)
    return "\n".join(line for line in plain.split("\n") if "clips scored" not in line)  # the last of the progress


def draw(printed: str) -> str:
    """The terminal as SVG, in a font that every machine has."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {TYPED}", style="bold"))
    console.print(Text.from_ansi(printed.strip("\n")))
    svg = console.export_svg(title="fakestormer", clear=False)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", "monospace")


if __name__ == "__main__":
    PICTURE.write_text(draw(record()), "utf-8")
    print(f"wrote {PICTURE}")
