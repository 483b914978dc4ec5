"""`fakestormer detect`: videos -> verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

from fakestormer.cli.signals import signals_deferred
from fakestormer.cli.speech import remarks, shows_progress
from fakestormer.cli.terminal import description, refuse, say, terminal
from fakestormer.cli.wording import COLOURS, describe, describe_spans
from fakestormer.files import printable

if TYPE_CHECKING:
    from fakestormer.cli.inputs import Input, Inputs
    from fakestormer.cli.judges import Job, Judge
    from fakestormer.cli.outputs import Outputs
    from fakestormer.types import VideoVerdict

PRECISION_HELP = "float32 or bfloat16 (faster on processors with bfloat16 instructions; scores differ slightly)."
FILES_HELP = "Videos to examine: files, folders, patterns such as 'clips/*.mp4', or - for standard input."
PRIOR_HELP = "Prior probability of forgery at which probabilities are stated; decisions do not depend on it."
RUNTIME_HELP = "What runs the network: torch, or openvino (faster on CPUs; extra `fast`; scores differ slightly)."
THREADS_HELP = "Number of threads; default: the cores that this process may use."
DETECT_THREADS_HELP = f"{THREADS_HELP[:-1]} (with --isolate: 1)."


def detect(
    files: Annotated[list[Path], typer.Argument(help=FILES_HELP, show_default=False)],
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
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Also examine the videos in subfolders.")
    ] = False,
    isolate: Annotated[
        bool, typer.Option("--isolate", help="Examine in a child process that has no network and can be killed.")
    ] = False,
    memory_limit: Annotated[
        float | None, typer.Option("--memory-limit", help="With --isolate: memory limit in GiB.")
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", help="With --isolate: time limit per video in seconds.")
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help=DETECT_THREADS_HELP)] = None,
    runtime: Annotated[str, typer.Option("--runtime", help=RUNTIME_HELP)] = "torch",
) -> None:
    """Examine the faces in videos: prints one line per video, and writes the evidence to the files you name."""
    from fakestormer.cli.inputs import open_inputs
    from fakestormer.cli.judges import Job
    from fakestormer.cli.outputs import Outputs, standard_output_for_dash
    from fakestormer.cli.summary import show_summary
    from fakestormer.report import say_error_rates

    outputs = Outputs(*map(standard_output_for_dash, (json, csv, html, pdf, overlay)))
    job = Job(device, weights, precision, dense, prior, isolate, memory_limit, time_limit, threads, runtime)
    results = _Results()
    with open_inputs(files, recursive) as inputs:
        outputs.check([one.path for one in inputs.files])
        try:
            _examine(inputs, job, outputs, results)
        finally:  # what was finished is kept, also when the run is interrupted
            with signals_deferred():
                lost = outputs.write(results.verdicts, results.failures)
            for sentence in lost:
                refuse(terminal(stderr=True), sentence)
    if len(results.verdicts) + len(results.failures) > 1:
        show_summary(remarks(), results.verdicts, results.failures)
    if any(verdict.probability is not None for verdict in results.verdicts):
        say(remarks(), say_error_rates(results.verdicts[0].provenance.calibration.measured))
    if results.failures or lost:
        raise typer.Exit(1)


@dataclass(slots=True)
class _Results:
    """What is known so far: the verdicts, and of every file that has none the reason."""

    verdicts: list[VideoVerdict] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, name: str, sentence: str) -> None:
        self.failures.append((name, sentence))
        refuse(terminal(stderr=True), sentence)


def _examine(inputs: Inputs, job: Job, outputs: Outputs, results: _Results) -> None:
    """Adds each file's verdict, or why there is none, to the results as soon as it is known, and prints it."""
    from fakestormer.cli.judges import open_judge

    for name, sentence in inputs.failures:
        results.fail(name, sentence)
    for sentence in inputs.remarks:
        say(remarks(), sentence)
    if not inputs.files:
        return
    said = remarks()
    columns = (SpinnerColumn(), description(), TimeElapsedColumn())
    with open_judge(job, outputs) as judge, Progress(*columns, console=said, disable=not shows_progress(said)) as bar:
        task = bar.add_task("loading", total=None)
        for number, one in enumerate(inputs.files, start=1):
            place = f"{number} of {len(inputs.files)}, " if len(inputs.files) > 1 else ""
            _examine_file(one, judge, outputs, results, _Say(bar, task, place + Path(one.name).name))


def _examine_file(one: Input, judge: Judge, outputs: Outputs, results: _Results, told: _Say) -> None:
    from fakestormer.report import say_notes
    from fakestormer.types import FakestormerError

    out, said = terminal(stderr=outputs.take_standard_output), remarks()
    try:
        verdict, notes = judge(one.path, told)
    except FakestormerError as error:
        results.fail(one.name, str(error).replace(str(one.path), one.name))
        return
    except MemoryError:
        results.fail(one.name, f"{one.name} needs more memory than there is: free some, or cut or reduce the video")
        return
    verdict = replace(verdict, video=replace(verdict.video, path=one.name))
    results.verdicts.append(verdict)
    say(out, describe(verdict), COLOURS[verdict.decision.value])
    for line in describe_spans(verdict):
        say(out, f"  {line}")
    for sentence in say_notes(verdict):
        say(said, f"  caution: {sentence}")
    for sentence in notes:
        say(said, f"  {sentence}")


class _Say:
    """Shows on the terminal where the work on one file stands."""

    def __init__(self, progress: Progress, task: Any, name: str) -> None:
        self._progress, self._task, self._name = progress, task, printable(name)
        self("reading")

    def __call__(self, text: str) -> None:
        self._progress.update(self._task, description=f"{self._name}: {text}")
