"""`fakestormer figures`: a score table -> pictures for print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fakestormer.cli.terminal import say, terminal


def figures(
    scores: Annotated[Path, typer.Argument(help="Output folder of `evaluate`, or its scores.csv.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the plots, each as PDF and PNG.")],
) -> None:
    """Plot ROC and DET curves, score distributions, a reliability diagram and a Tippett plot."""
    from fakestormer.evaluation import read_scores, write_figures

    paths = write_figures(read_scores(scores / "scores.csv" if scores.is_dir() else scores), out)
    say(terminal(), "wrote " + ", ".join(map(str, paths)))
