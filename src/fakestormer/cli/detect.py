"""`fakestormer detect`: videos -> verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

from fakestormer.cli.signals import signals_deferred
from fakestormer.cli.speech import remarks, shows_progress
from fakestormer.cli.terminal import description, refuse, say, terminal
from fakestormer.files import printable

if TYPE_CHECKING:
    from fakestormer.cli.judges import Judge
    from fakestormer.cli.outputs import Outputs
    from fakestormer.types import VideoVerdict

COLOURS = {"fake": "red", "real": "green", "inconclusive": "yellow", "not_applicable": "yellow"}
PRECISION_HELP = "float32 or bfloat16 (faster on processors with bfloat16 instructions; scores differ slightly)."
PRIOR_HELP = "Prior probability of forgery at which probabilities are stated; decisions do not depend on it."
MOST_SPANS = 8  # lines below a video's own


def detect(
    files: Annotated[list[Path], typer.Argument(help="Videos to examine.", show_default=False)],
    json: Annotated[
        Path | None, typer.Option("--json", help="Write all results to this file as JSON (- for standard output).")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write a table to this file, one row per scored clip.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report to this file as a self-contained page.")
    ] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write the report to this file as PDF.")] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(
            "--overlay", help="Write a copy of the video with faces, probabilities and maps drawn on it (MP4)."
        ),
    ] = None,
    device: Annotated[
        str, typer.Option("--device", help="Where the model runs: auto, cpu, cuda, cuda:1, ...")
    ] = "auto",
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Weights file; default: the weights in the package.")
    ] = None,
    precision: Annotated[str, typer.Option("--precision", help=PRECISION_HELP)] = "float32",
    dense: Annotated[
        bool, typer.Option("--thorough", help="Score at least every half second: finds shorter segments, takes longer.")
    ] = False,
    prior: Annotated[float, typer.Option("--prior", help=PRIOR_HELP)] = 0.5,
    isolate: Annotated[
        bool, typer.Option("--isolate", help="Examine in a child process that has no network and can be killed.")
    ] = False,
    memory_limit: Annotated[
        float | None, typer.Option("--memory-limit", help="With --isolate: memory limit in GiB.")
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", help="With --isolate: time limit per video in seconds.")
    ] = None,
) -> None:
    """Examine the faces in videos: prints one line per video, and writes the evidence to the files you name."""
    from fakestormer.cli.judges import Job, open_judge
    from fakestormer.cli.outputs import Outputs, standard_output_for_dash
    from fakestormer.report import say_error_rates

    outputs = Outputs(*map(standard_output_for_dash, (json, csv, html, pdf, overlay)))
    outputs.check(files)
    job = Job(device, weights, precision, dense, prior, isolate, memory_limit, time_limit)
    verdicts: list[VideoVerdict] = []
    failures: list[tuple[str, str]] = []
    try:
        with open_judge(job, outputs) as judge:
            _judge_all(files, judge, outputs, verdicts, failures)
    finally:  # what was finished is kept, also when the run is interrupted
        with signals_deferred():
            lost = outputs.write(verdicts, failures)
        for sentence in lost:
            refuse(terminal(stderr=True), sentence)
    if any(verdict.probability is not None for verdict in verdicts):
        rates = say_error_rates(verdicts[0].provenance.calibration.measured)
        say(remarks(), rates)
    if failures or lost:
        raise typer.Exit(1)


def _judge_all(
    files: list[Path],
    judge: Judge,
    outputs: Outputs,
    verdicts: list[VideoVerdict],
    failures: list[tuple[str, str]],
) -> None:
    """Adds each file's verdict, or why there is none, to one of the lists as soon as it is known, and prints it."""
    from fakestormer.report import say_notes
    from fakestormer.types import FakestormerError

    out, err, said = terminal(stderr=outputs.take_standard_output), terminal(stderr=True), remarks()
    columns = (SpinnerColumn(), description(), TimeElapsedColumn())
    with Progress(*columns, console=said, disable=not shows_progress(said)) as progress:
        task = progress.add_task("loading", total=None)
        for file in files:
            try:
                verdict, notes = judge(file, _Say(progress, task, file))
            except FakestormerError as error:
                failures.append((str(file), str(error)))
                refuse(err, error)
                continue
            verdicts.append(verdict)
            style = COLOURS[verdict.decision.value]
            say(out, describe(verdict), style)
            for line in describe_spans(verdict):
                say(out, f"  {line}")
            for sentence in say_notes(verdict):
                say(said, f"  caution: {sentence}")
            for sentence in notes:
                say(said, f"  {sentence}")


def describe(verdict: VideoVerdict) -> str:
    """The verdict in one line: file, decision, probability, and the reason where there is one."""
    from fakestormer.types import strength_of

    parts = [f"{verdict.video.path}: {verdict.decision.name}"]
    if verdict.probability is not None:
        said = f"{_say(verdict.probability, verdict)} ({_say_prior(verdict)})"
        faces = "1 face" if len(verdict.faces) == 1 else f"{len(verdict.faces)} faces"
        parts.append(f"probability of forgery {said}, {faces}")
    if verdict.log10_lr is not None:
        side = "forgery" if verdict.log10_lr > 0 else "a genuine recording"
        strength = strength_of(verdict.log10_lr).value.replace("_", " ")
        word = "for neither" if strength == "neither" else f"{strength} support for {side}"
        parts.append(f"log10 likelihood ratio {verdict.log10_lr:+.2f} ({word})")
    if verdict.reason:
        parts.append(verdict.reason)
    damage = verdict.damage
    if damage.num_corrupt_packets or damage.truncated:
        ending = ", the file is truncated" if damage.truncated else ""
        count = damage.num_corrupt_packets
        parts.append(f"damaged: {count} corrupt {'packet' if count == 1 else 'packets'} skipped{ending}")
    if damage.num_encrypted_packets:
        parts.append(f"encrypted: {damage.num_encrypted_packets} packets skipped, their key is not in the file")
    return " - ".join(parts)


def describe_spans(verdict: VideoVerdict) -> tuple[str, ...]:
    """One line for each suspicious segment: when, its peak, which face; the strongest first."""
    found = [(one, face.track_id) for face in verdict.faces for one in face.segments]
    found.sort(key=lambda pair: (-pair[0].logit, pair[1], pair[0].span))
    lines = [
        f"{one.span.start:.1f} to {one.span.end:.1f} s: suspicious segment, peak at {one.peak_time:.1f} s, "
        f"probability of forgery {_say(one.probability, verdict)} ({_say_prior(verdict)}), track {track_id}"
        for one, track_id in found[:MOST_SPANS]
    ]
    left = len(found) - len(lines)
    return (*lines, f"and {left} more, listed by --json and --html") if left else tuple(lines)


def _say(probability: float, verdict: VideoVerdict) -> str:
    from fakestormer.report.wording import PERCENT, say_probability

    # A plain space, so that the line can be searched as it is typed.
    return say_probability(probability, verdict.scale).replace(PERCENT, " %")


def _say_prior(verdict: VideoVerdict) -> str:
    from fakestormer.report.wording import PERCENT, say_prior

    return say_prior(verdict.prior).replace(PERCENT, " %")


class _Say:
    """Shows on the terminal where the work on one file stands."""

    def __init__(self, progress: Progress, task: Any, file: Path) -> None:
        self._progress, self._task, self._name = progress, task, printable(file.name)
        self("reading")

    def __call__(self, text: str) -> None:
        self._progress.update(self._task, description=f"{self._name}: {text}")
