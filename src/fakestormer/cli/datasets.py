"""`fakestormer datasets`: the data sets whose files are known, as a page of Markdown."""

from __future__ import annotations

import typer


def datasets() -> None:
    """List the supported data sets: expected layout, documented counts and sources."""
    from fakestormer.datasets import DATASETS, render_page

    typer.echo(render_page(DATASETS), nl=False)
