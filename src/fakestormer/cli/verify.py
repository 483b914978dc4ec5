"""`fakestormer verify`: a report and its video -> whether the result can be had again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from fakestormer.types import VideoVerdict

EXIT_CODES = {"same_bits": 0, "within_tolerance": 0, "other_result": 3, "other_file": 4, "other_weights": 5}
SAID = {
    "same_bits": "the same result, bit for bit",
    "within_tolerance": "the same result within the tolerance between device classes",
    "other_result": "ANOTHER RESULT",
    "other_file": "ANOTHER FILE, nothing was computed",
    "other_weights": "OTHER WEIGHTS, nothing was computed",
}


def verify(
    report: Annotated[Path, typer.Argument(help="A JSON file that `detect --json` wrote.")],
    video: Annotated[Path, typer.Argument(help="The video that it is about.")],
    weights: Annotated[
        Path | None, typer.Option("--weights", help="The weights of the report; without it, those of the package.")
    ] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1, ...")] = "auto",
) -> None:
    """Examine a video again as a report says and tell whether the result is the same. Exit code 0: it is.

    3: another result. 4: another file. 5: other weights. 1: the report, the video or the weights cannot be used.
    """
    from fakestormer.detector import default_weights_path
    from fakestormer.detector import verify as verify_verdict
    from fakestormer.model import load_weights
    from fakestormer.report import read_results

    recorded = _about(read_results(report), report, video)
    found = verify_verdict(recorded, video, load_weights(weights or default_weights_path()), device)
    out = Console()
    for sentence in found.differences:
        out.print(sentence, markup=False, highlight=False, soft_wrap=True)
    moved = f" (largest difference {found.largest:.3g})" if found.largest else ""
    said = f"{video}: {SAID[found.outcome.value]}{moved}"
    code = EXIT_CODES[found.outcome.value]
    out.print(said, style="red" if code else "green", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def _about(verdicts: tuple[VideoVerdict, ...], report: Path, video: Path) -> VideoVerdict:
    """The verdict about this very file; else, to say what differs, one about a file of that name, or the first."""
    from fakestormer.types import DataError
    from fakestormer.video import hash_file

    if not verdicts:
        raise DataError(f"{report} holds no verdict: every file of that run failed, examine the video anew")
    wanted = hash_file(video)
    same = [one for one in verdicts if one.provenance.input_sha256 == wanted]
    named = [one for one in verdicts if Path(one.video.path).name == video.name]
    return (same or named or list(verdicts))[0]
