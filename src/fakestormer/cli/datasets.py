"""`fakestormer datasets`: the data sets whose files are known, as a page of Markdown."""

from __future__ import annotations

import typer


def datasets() -> None:
    """Say which data sets `prepare NAME ROOT` knows: folders, lists, documented counts, and their sources."""
    from fakestormer.data.benchmarks import BENCHMARKS
    from fakestormer.data.benchmarks.page import render_page

    typer.echo(render_page(BENCHMARKS), nl=False)
