"""`fakestormer calibrate`: scores of development videos -> probability and thresholds, stored in the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def calibrate(
    weights: Annotated[Path, typer.Argument(help="The weights file that made the scores.")],
    scores: Annotated[Path, typer.Option("--scores", help="scores.csv of `evaluate` on development data.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the calibrated weights.")],
    name: Annotated[str, typer.Option("--name", help="What the development data are called, for the report.")],
) -> None:
    """Fit the calibration on the scores of development videos and write it into a copy of the weights."""
    from fakestormer.evaluation import apply_calibration, fit_calibration

    calibration = fit_calibration(scores, name)
    apply_calibration(weights, out, calibration)
    Console().print(f"wrote {out}: {calibration}", markup=False, highlight=False, soft_wrap=True)
