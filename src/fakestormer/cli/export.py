"""`fakestormer export`: weights -> a graph for ONNX Runtime or OpenVINO."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fakestormer.cli.terminal import say, terminal


def export(
    weights: Annotated[Path | None, typer.Argument(help="Weights file; default: the weights in the package.")] = None,
    kind: Annotated[str, typer.Option("--format", help="onnx or openvino.")] = "onnx",
    out: Annotated[Path, typer.Option("--out", help="File to write: .onnx, or .xml with a .bin beside it.")] = ...,  # type: ignore[assignment]
) -> None:
    """Export the network with its pre-processing as a graph, check it against torch, and store the model card in it."""
    from fakestormer.detector import default_weights_path
    from fakestormer.detector import export as export_graph
    from fakestormer.model import load_weights

    difference = export_graph(load_weights(weights or default_weights_path()), out, kind)
    say(terminal(), f"wrote {out}: largest difference from torch {difference:.1g}, for batches of 1, 2 and 5 clips")
