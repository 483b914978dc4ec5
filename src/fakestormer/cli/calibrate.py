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
    card: Annotated[Path | None, typer.Option("--card", help="Model card (text) to store in the weights.")] = None,
) -> None:
    """Fit size level and calibration on the scores of development videos and write them into a copy of the weights."""
    from fakestormer.evaluation import apply_calibration, fit_calibration, fit_size_level
    from fakestormer.model import load_weights
    from fakestormer.types import DataError

    if card is not None and not card.is_file():
        raise DataError(f"there is no model card {card}: give a text file, or leave --card out")
    own = load_weights(weights).size_level
    level = fit_size_level(scores, name) if own is None else None  # else the scores have been levelled already
    calibration = fit_calibration(scores, name, size_level=level)
    apply_calibration(weights, out, calibration, card.read_text(encoding="utf-8") if card else None, level)
    said = level or own or "no size level, as fewer than 20 genuine files were scored"
    Console().print(f"wrote {out}: {calibration}, {said}", markup=False, highlight=False, soft_wrap=True)
