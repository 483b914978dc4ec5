"""`fakestormer synthesize`: look at pseudo-fakes and their targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fakestormer.cli.terminal import say, terminal


def synthesize(
    video: Annotated[Path, typer.Argument(help="Genuine video with a face.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the videos, the arrays and the contact sheet.")],
    seed: Annotated[int, typer.Option("--seed", help="Random seed of the pseudo-fake.")] = 0,
    landmark_model: Annotated[
        Path | None,
        typer.Option("--landmark-model", envvar="FAKESTORMER_LANDMARK_MODEL", help="Path of face_landmark.tflite."),
    ] = None,
) -> None:
    """Preview pseudo-fakes of a video and their training targets: videos, arrays and a contact sheet."""
    from fakestormer.data import write_preview

    written = write_preview(video, out, seed, landmark_model)
    say(terminal(), "wrote " + ", ".join(map(str, written)))
