"""`fakestormer evaluate`: a manifest of labelled videos -> scores and metrics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

if TYPE_CHECKING:
    from fakestormer.evaluation import EvaluationProgress


def evaluate(
    manifest: Annotated[Path, typer.Option("--manifest", help="CSV with the columns file,label,group.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for scores.csv, metrics.json and table.md.")],
    device: Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1, ...")] = "auto",
    weights: Annotated[
        Path | None, typer.Option("--weights", help="A weights file; without it, those of the package.")
    ] = None,
) -> None:
    """Score labelled videos with the detector's own code and say how well it did, overall and by group."""
    from fakestormer.detector import Detector, DetectorConfig
    from fakestormer.evaluation import evaluate as evaluate_manifest
    from fakestormer.evaluation import read_manifest, render_table

    detector = Detector.load(weights, DetectorConfig(device=device))
    total = len(read_manifest(manifest).rows)
    console = Console(stderr=True)
    with Progress(console=console) as progress:
        task = progress.add_task("evaluate", total=total)

        def show(done: EvaluationProgress) -> None:
            progress.update(task, completed=done.num_done)
            if done.row.decision == "error":
                progress.console.print(f"{done.row.file}: {done.row.reason}", markup=False, soft_wrap=True)

        metrics = evaluate_manifest(manifest, out, detector, observe=show)
        progress.update(task, completed=total)
    Console().print(render_table(metrics), markup=False, highlight=False, soft_wrap=True)
