"""`fakestormer compare`: two evaluations of the same files -> which detector orders them better, if either."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fakestormer.cli.terminal import say_text, terminal


def compare(
    first: Annotated[Path, typer.Argument(help="Output folder of `evaluate`, or its scores.csv.")],
    second: Annotated[Path, typer.Argument(help="The same for another detector on the same files.")],
    out: Annotated[Path | None, typer.Option("--out", help="Also write the comparison to this file as JSON.")] = None,
) -> None:
    """Test whether the AUCs of two detectors on the same files differ (bootstrap interval, DeLong's test)."""
    from fakestormer.evaluation import compare_evaluations, render_comparison, write_comparison

    record = compare_evaluations(first, second)
    if out is not None:
        write_comparison(out, record)
    say_text(terminal(), render_comparison(record))
