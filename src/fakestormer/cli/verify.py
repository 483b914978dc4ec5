"""`fakestormer verify`: a report and its video -> whether the result can be reproduced."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fakestormer.cli.detect import THREADS_HELP
from fakestormer.cli.terminal import say, terminal

if TYPE_CHECKING:
    from fakestormer.types import VideoVerdict

EXIT_CODES = {"same_bits": 0, "within_tolerance": 0, "other_result": 3, "other_file": 4, "other_weights": 5}
SAID = {
    "same_bits": "same result, bit for bit",
    "within_tolerance": "same result, within the tolerance between device classes",
    "other_result": "DIFFERENT RESULT",
    "other_file": "DIFFERENT FILE, nothing was computed",
    "other_weights": "DIFFERENT WEIGHTS, nothing was computed",
}


def verify(
    report: Annotated[Path, typer.Argument(help="JSON file written by `detect --json`.")],
    video: Annotated[Path, typer.Argument(help="The video it describes.")],
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Weights file of the report; default: the weights in the package.")
    ] = None,
    device: Annotated[
        str, typer.Option("--device", help="Where the model runs: auto, cpu, cuda, cuda:1, ...")
    ] = "auto",
    threads: Annotated[int | None, typer.Option("--threads", min=1, help=THREADS_HELP)] = None,
) -> None:
    """Reproduce a recorded result and list any differences. Exit code 0: the result is the same.

    3: different result. 4: different file. 5: different weights. 1: report, video or weights cannot be used.
    """
    from fakestormer.detector import default_weights_path, return_large_blocks, use_threads
    from fakestormer.detector import verify as verify_verdict
    from fakestormer.model import load_weights
    from fakestormer.report import read_results

    return_large_blocks()
    use_threads(threads)
    recorded = _about(read_results(report), report, video)
    found = verify_verdict(recorded, video, load_weights(weights or default_weights_path()), device)
    out = terminal()
    for sentence in found.differences:
        say(out, sentence)
    moved = f" (largest difference {found.largest:.3g})" if found.largest else ""
    said = f"{video}: {SAID[found.outcome.value]}{moved}"
    code = EXIT_CODES[found.outcome.value]
    say(out, said, "red" if code else "green")
    raise typer.Exit(code)


def _about(verdicts: tuple[VideoVerdict, ...], report: Path, video: Path) -> VideoVerdict:
    """The verdict about this very file; else, to say what differs, one about a file of that name, or the first."""
    from fakestormer.types import DataError
    from fakestormer.video import hash_file

    if not verdicts:
        raise DataError(f"{report} contains no verdict because every file of that run failed: examine the video again")
    wanted = hash_file(video)
    same = [one for one in verdicts if one.provenance.input_sha256 == wanted]
    named = [one for one in verdicts if Path(one.video.path).name == video.name]
    return (same or named or list(verdicts))[0]
