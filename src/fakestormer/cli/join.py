"""`fakestormer join`: the clip network and the image network of two runs -> one weights file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fakestormer.cli.terminal import say, terminal


def join(
    clip_weights: Annotated[Path, typer.Argument(help="last.safetensors of a run on clips, or joined weights.")],
    image_network: Annotated[Path, typer.Argument(help="image_network.safetensors of a run on single frames.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the joined weights.")],
) -> None:
    """Join a clip network and an image network that were trained separately; calibrate the result afterwards."""
    from fakestormer.training import join_members

    join_members(clip_weights, image_network, out)
    say(terminal(), f"wrote {out}: not calibrated yet, see fakestormer calibrate")
