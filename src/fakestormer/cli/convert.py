"""`fakestormer convert`: published checkpoints -> our weights file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fakestormer.cli.terminal import say, terminal


def convert(
    file: Annotated[Path, typer.Argument(help="Published FakeSTormer checkpoint (PyTorch file or safetensors).")],
    out: Annotated[Path, typer.Argument(help="Where to write the weights (.safetensors).")],
) -> None:
    """Convert a published FakeSTormer checkpoint to weights for `detect --weights`; only tensors are read."""
    from fakestormer.model import convert_published

    report = convert_published(file, out)
    left = f" ({', '.join(report.unused)})" if report.unused else ""
    say(
        terminal(),
        f"wrote {out} from {report.num_used} tensors, {len(report.unused)} left out{left}: use it with "
        f"`fakestormer detect --weights {out} VIDEO`",
    )
