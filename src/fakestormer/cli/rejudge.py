"""`fakestormer rejudge`: a report and other weights -> the verdicts of the recorded evidence, without the video."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fakestormer.cli.terminal import say, terminal


def rejudge(
    report: Annotated[Path, typer.Argument(help="JSON file written by `detect --json`.")],
    weights: Annotated[
        Path | None,
        typer.Option("--weights", help="Weights file with the same networks; default: the weights in the package."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the new results to this file as JSON.")
    ] = None,
    prior: Annotated[
        float | None,
        typer.Option(
            "--prior",
            help="Prior probability of forgery at which probabilities are stated; default: that of the report.",
        ),
    ] = None,
) -> None:
    """Judge recorded evidence again by the scoring rule and calibration of other weights; nothing is decoded."""
    from fakestormer.cli.wording import describe, describe_spans
    from fakestormer.detector import default_weights_path
    from fakestormer.detector import rejudge as rejudge_verdict
    from fakestormer.model import load_weights
    from fakestormer.report import read_results, write_results
    from fakestormer.types import ConfigError, DataError

    if prior is not None and not 0 < prior < 1:
        raise ConfigError(f"--prior must lie between 0 and 1, got {prior:g}: 0.5 means equal priors")
    recorded = read_results(report)
    if not recorded:
        raise DataError(f"{report} contains no verdict because every file of that run failed: examine the videos again")
    loaded = load_weights(weights or default_weights_path())
    verdicts = tuple(rejudge_verdict(one, loaded, prior) for one in recorded)
    out = terminal()
    for verdict in verdicts:
        for line in (describe(verdict), *(f"  {line}" for line in describe_spans(verdict))):
            say(out, line)
    if json_file is not None:
        write_results(verdicts, (), json_file)
