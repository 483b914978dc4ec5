"""`fakestormer convert`: published checkpoints -> our weights file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def convert(
    file: Annotated[Path, typer.Argument(help="A published FakeSTormer checkpoint (PyTorch file or safetensors).")],
    out: Annotated[Path, typer.Argument(help="Where to write the weights (.safetensors).")],
) -> None:
    """Turn a published FakeSTormer checkpoint into weights for `detect --weights`; only tensors are read from it."""
    from fakestormer.model import convert_published

    convert_published(file, out)
    Console().print(
        f"wrote {out}: use it with `fakestormer detect --weights {out} VIDEO`", markup=False, soft_wrap=True
    )
