"""Estimates and tables as Markdown that is readable in a terminal as well."""

from __future__ import annotations

from collections.abc import Sequence

from fakestormer.evaluation.estimate import Estimate


def show(estimate: Estimate | None) -> str:
    """The value with its interval in brackets; a dash where there is no value."""
    if estimate is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def align(rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns line up; the first row is the header."""
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    widths = [max(3, *(len(row[column]) for row in escaped)) for column in range(len(escaped[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in escaped]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
