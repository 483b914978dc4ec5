"""`fakestormer inspect`: what a weights file says about itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def inspect(
    weights: Annotated[Path | None, typer.Argument(help="Weights file; default: the weights in the package.")] = None,
) -> None:
    """Print the model card, clip specification, calibration and training record of a weights file as JSON."""
    import dataclasses
    import json

    from fakestormer.detector import default_weights_path
    from fakestormer.model import load_weights

    path = weights or default_weights_path()
    loaded = load_weights(path)
    typer.echo(
        json.dumps(
            {
                "file": str(path),
                "sha256": loaded.sha256,
                "name": loaded.name,
                "num_parameters": sum(weight.numel() for weight in loaded.model.parameters()),
                "card": loaded.card,
                "clip_spec": dataclasses.asdict(loaded.clip_spec),
                "rule": dataclasses.asdict(loaded.rule),
                "calibration": dataclasses.asdict(loaded.calibration) if loaded.calibration else None,
                "training_record": loaded.training_record,
            },
            indent=1,
        )
    )
