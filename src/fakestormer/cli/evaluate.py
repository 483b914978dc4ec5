"""`fakestormer evaluate`: a manifest of labelled videos -> scores and metrics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from fakestormer.cli.detect import PRECISION_HELP, RUNTIME_HELP, THREADS_HELP
from fakestormer.cli.judges import graph_folder
from fakestormer.cli.speech import remarks, shows_progress
from fakestormer.cli.terminal import say, say_text, terminal

if TYPE_CHECKING:
    from fakestormer.evaluation import EvaluationProgress, RobustnessProgress, VideoDetector
    from fakestormer.video import Distortion


def evaluate(
    manifest: Annotated[Path, typer.Option("--manifest", help="CSV file with the columns file, label and group.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for scores.csv, metrics.json and table.md.")],
    device: Annotated[
        str, typer.Option("--device", help="Where the model runs: auto, cpu, cuda, cuda:1, ...")
    ] = "auto",
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Weights file; default: the weights in the package.")
    ] = None,
    precision: Annotated[str, typer.Option("--precision", help=PRECISION_HELP)] = "float32",
    protocol: Annotated[
        str | None,
        typer.Option("--protocol", help="ours or published; default: the protocol the weights were made for."),
    ] = None,
    robustness: Annotated[
        str | None,
        typer.Option(
            "--robustness", help="Also evaluate distorted copies: all, or a selection such as blur:3,noise,480p."
        ),
    ] = None,
    clips: Annotated[
        Path | None,
        typer.Option("--clips", help="Cache face crops here, so that further weights skip decoding and tracking."),
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="Also write the plots of `fakestormer figures` to OUT/figures.")
    ] = False,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help=THREADS_HELP)] = None,
    runtime: Annotated[str, typer.Option("--runtime", help=RUNTIME_HELP)] = "torch",
) -> None:
    """Score labelled videos with the code of `detect` and report metrics, overall and by group."""
    from fakestormer.detector import Detector, DetectorConfig, return_large_blocks, use_threads
    from fakestormer.evaluation import CachingDetector, parse_distortions, read_manifest, say_what_drawing_needs
    from fakestormer.types import ConfigError

    if figures and (missing := say_what_drawing_needs()):
        raise ConfigError(missing)  # before the hours of work
    distortions = None if robustness is None else parse_distortions(robustness)
    total = len(read_manifest(manifest).rows)
    return_large_blocks()
    # Nobody looks at pictures of evidence frames here, and their attributions cost time.
    settings = DetectorConfig(
        device=device,
        precision=precision,
        runtime=runtime,
        kept_graphs=graph_folder(),
        evidence_frames=0,
        protocol=protocol,
        threads=use_threads(threads),
    )
    whole = Detector.load(weights, settings)
    detector: VideoDetector = whole if clips is None else CachingDetector(whole, clips)
    if distortions is None:
        text, failed = _evaluate(manifest, out, detector, total)
    else:
        text, failed = _evaluate_robustness(manifest, out, detector, total, distortions)
    if figures:
        _draw(out)
    say_text(terminal(), text)
    if failed:
        raise typer.Exit(1)


def _evaluate(manifest: Path, out: Path, detector: VideoDetector, total: int) -> tuple[str, int]:
    from fakestormer.evaluation import evaluate as evaluate_manifest
    from fakestormer.evaluation import render_table

    console = remarks()
    with Progress(console=console, disable=not shows_progress(console)) as progress:
        task = progress.add_task("evaluate", total=total)

        def show(done: EvaluationProgress) -> None:
            progress.update(task, completed=done.num_done)
            _name_failure(terminal(stderr=True), done)

        metrics = evaluate_manifest(manifest, out, detector, show, told=lambda sentence: say(console, sentence))
        progress.update(task, completed=total)
    return render_table(metrics), metrics.summary.coverage.num_error


def _evaluate_robustness(
    manifest: Path, out: Path, detector: VideoDetector, total: int, distortions: tuple[Distortion, ...]
) -> tuple[str, int]:
    from fakestormer.evaluation import (
        PICTURE_FILE,
        RobustnessConfig,
        draw_robustness,
        evaluate_robustness,
        say_what_drawing_needs,
        write_robustness,
    )

    console = remarks()
    missing = say_what_drawing_needs()
    if missing:  # said before the hours of work, which the picture is not worth losing
        say(console, f"no picture of the curves will be drawn: {missing}")
    num_scores = total * (len(distortions) + 1)
    with Progress(console=console, disable=not shows_progress(console)) as progress:
        task = progress.add_task("clean", total=num_scores)

        def show(done: RobustnessProgress) -> None:
            progress.update(task, completed=done.num_done, description=done.name)
            _name_failure(terminal(stderr=True), done.step, f"{done.name}: ")

        def told(sentence: str) -> None:
            say(console, sentence)

        result = evaluate_robustness(manifest, out, detector, show, RobustnessConfig(distortions), told=told)
        progress.update(task, completed=num_scores, description="robustness")
    text = write_robustness(out, result)
    if not missing:
        draw_robustness(out / PICTURE_FILE, result)
    every = (result.clean, *(one.metrics for one in result.distorted))
    return text, sum(metrics.summary.coverage.num_error for metrics in every)


def _draw(out: Path) -> None:
    from fakestormer.evaluation import FIGURES_FOLDER, read_scores, write_figures

    write_figures(read_scores(out / "scores.csv"), out / FIGURES_FOLDER)


def _name_failure(console: Console, done: EvaluationProgress, where: str = "") -> None:
    if done.row.decision == "error":
        say(console, f"{where}{done.row.file}: {done.row.reason}")
