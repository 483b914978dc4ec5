"""`fakestormer detect`: videos -> verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from fakestormer.detector import Detector
    from fakestormer.types import VideoVerdict

COLOURS = {"fake": "red", "real": "green", "inconclusive": "yellow", "not_applicable": "yellow"}


def detect(
    files: Annotated[list[Path], typer.Argument(help="Videos to judge.", show_default=False)],
    json: Annotated[Path | None, typer.Option("--json", help="Write all verdicts to this file.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write every scored clip as a row to this file.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report page to this file.")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1, ...")] = "auto",
    weights: Annotated[
        Path | None, typer.Option("--weights", help="A weights file; without it, those of the package.")
    ] = None,
) -> None:
    """Judge the faces in videos: one line a video here, evidence in the files asked for."""
    from fakestormer.detector import Detector, DetectorConfig
    from fakestormer.report import say_error_rates, write_clips, write_html, write_results
    from fakestormer.types import DataError

    for target in (json, csv, html):
        if target and target.is_dir():
            raise DataError(f"{target} is a folder: name a file to write")
    detector = Detector.load(weights, DetectorConfig(device=device))
    verdicts: list[VideoVerdict] = []
    failures: list[tuple[str, str]] = []
    try:
        _judge_all(files, detector, verdicts, failures)
    finally:  # what was finished is kept, also when the run is interrupted
        if json:
            write_results(verdicts, failures, json)
        if csv:
            write_clips(verdicts, csv)
        if html and verdicts:
            write_html(verdicts, html)
    if any(verdict.probability is not None for verdict in verdicts):
        rates = say_error_rates(verdicts[0].provenance.calibration.measured)
        Console(stderr=True).print(rates, markup=False, highlight=False, soft_wrap=True)
    if failures:
        raise typer.Exit(1)


def _judge_all(
    files: list[Path], detector: Detector, verdicts: list[VideoVerdict], failures: list[tuple[str, str]]
) -> None:
    """Adds each file's verdict, or why there is none, to one of the lists as soon as it is known, and prints it."""
    from fakestormer.report import say_notes
    from fakestormer.types import FakestormerError

    out, err = Console(), Console(stderr=True)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err) as progress:
        task = progress.add_task("loading", total=None)
        for file in files:
            watch = _Watch(progress, task, file)
            try:
                verdict = detector.detect(file, observe=watch)
            except FakestormerError as error:
                failures.append((str(file), str(error)))
                err.print(f"fakestormer: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
                continue
            verdicts.append(verdict)
            out.print(describe(verdict), style=COLOURS[verdict.decision.value], highlight=False, soft_wrap=True)
            for sentence in say_notes(verdict):
                err.print(f"  less trust: {sentence}", markup=False, highlight=False, soft_wrap=True)


def describe(verdict: VideoVerdict) -> str:
    """The verdict in one line: file, decision, probability, and the reason where there is one."""
    from rich.markup import escape

    from fakestormer.types import strength_of

    parts = [f"{escape(verdict.video.path)}: {verdict.decision.name}"]
    if verdict.probability is not None:
        bounded = min(max(verdict.probability, 0.01), 0.99)
        people = len(verdict.faces)
        parts.append(f"probability of forgery {bounded:.2f}, {people} {'face' if people == 1 else 'faces'}")
    if verdict.log10_lr is not None:
        side = "forgery" if verdict.log10_lr > 0 else "a genuine recording"
        strength = strength_of(verdict.log10_lr).value.replace("_", " ")
        word = "for neither" if strength == "neither" else f"{strength} support for {side}"
        parts.append(f"log10 likelihood ratio {verdict.log10_lr:+.2f} ({word})")
    if verdict.reason:
        parts.append(escape(verdict.reason))
    damage = verdict.damage
    if damage.num_corrupt_packets or damage.truncated:
        ending = ", the file breaks off early" if damage.truncated else ""
        parts.append(f"damaged: {damage.num_corrupt_packets} corrupt packets skipped{ending}")
    return " - ".join(parts)


class _Watch:
    """Shows on the terminal where the work on one file stands."""

    def __init__(self, progress: Progress, task: Any, file: Path) -> None:
        self._progress, self._task, self._name = progress, task, file.name
        self._num_clips = 0
        self._say("reading")

    def __call__(self, stage: str, value: Any) -> None:
        if stage == "probe":
            self._say("looking for faces")
        elif stage == "track":
            self._say(f"{len(value.tracks)} face(s) tracked")
        elif stage == "clip":
            self._num_clips += 1
            self._say(f"{self._num_clips} clips scored, at {value.span.end:.1f} s")

    def _say(self, text: str) -> None:
        self._progress.update(self._task, description=f"{self._name}: {text}")
