"""`fakestormer join`: the clip network, the image network and the motion member of several runs -> one weights file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fakestormer.cli.terminal import say, terminal


def join(
    clip_weights: Annotated[Path, typer.Argument(help="last.safetensors of a run on clips, or joined weights.")],
    image_network: Annotated[Path, typer.Argument(help="image_network.safetensors of a run on single frames.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the joined weights.")],
    motion: Annotated[
        Path | None, typer.Option("--motion", help="motion_member.safetensors of a run on the motion of landmarks.")
    ] = None,
    average_with: Annotated[
        list[Path] | None,
        typer.Option("--average-with", help="A further image network, for the mean of all; can be repeated."),
    ] = None,
) -> None:
    """Join a clip network and an image network that were trained separately; calibrate the result afterwards."""
    from fakestormer.training import join_members

    join_members(clip_weights, image_network, out, motion, average_with or ())
    say(terminal(), f"wrote {out}: not calibrated yet, see fakestormer calibrate")
