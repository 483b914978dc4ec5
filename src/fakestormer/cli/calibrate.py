"""`fakestormer calibrate`: scores of development videos -> probability and thresholds, stored in the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fakestormer.cli.terminal import say, terminal


def calibrate(
    weights: Annotated[Path, typer.Argument(help="Weights file that produced the scores.")],
    scores: Annotated[
        list[Path], typer.Option("--scores", help="scores.csv from `evaluate` on development data; can be repeated.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Where to write the calibrated weights.")],
    name: Annotated[str, typer.Option("--name", help="Name of the development data, shown in reports.")],
    card: Annotated[Path | None, typer.Option("--card", help="Model card (text file) to store in the weights.")] = None,
) -> None:
    """Fit scoring rule, calibration, bounds and error rates on scores of development videos; write them into a copy."""
    import dataclasses

    from fakestormer.evaluation import apply_calibration, fit_calibration
    from fakestormer.model import load_weights
    from fakestormer.report import say_error_rates, say_out_of_reach
    from fakestormer.types import DataError

    if card is not None and not card.is_file():
        raise DataError(f"there is no model card {card}: give a text file, or leave --card out")
    fitted = fit_calibration(scores, name, load_weights(weights).rule)
    calibration = fitted.calibration
    apply_calibration(weights, out, calibration, card.read_text(encoding="utf-8") if card else None, fitted.rule)
    curve = dataclasses.replace(calibration, measured=None)
    console = terminal()
    say(console, f"wrote {out}: {fitted.rule}, {curve}")
    measured = calibration.measured
    if measured is not None:
        low, high = measured.lowest_log10_lr, measured.highest_log10_lr
        say(console, say_error_rates(measured))
        bounds = f"log10 likelihood ratios are bounded to {low:.2f} ... {high:.2f}"
        say(console, ". ".join(filter(None, (bounds, say_out_of_reach(calibration)))))
        covered = ", ".join(f"{one.quantity} {one.low:.4g} to {one.high:.4g}" for one in measured.ranges)
        say(console, f"ranges of 98 % of the files: {covered or 'none'}")
