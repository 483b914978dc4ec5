"""A process that prints what `/v1/model` tells: `python -m fakestormer.serving.describe_weights [FILE]`."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from fakestormer.types import FakestormerError


def main() -> None:
    """Prints the card as JSON."""
    from fakestormer.detector import default_weights_path
    from fakestormer.model import load_weights
    from fakestormer.version import package_version

    try:
        loaded = load_weights(Path(sys.argv[1]) if len(sys.argv) > 1 else default_weights_path())
    except FakestormerError as error:
        told: dict[str, Any] = {"refused": str(error)}
    else:
        calibration = dataclasses.asdict(loaded.calibration) if loaded.calibration else None
        told = {"name": loaded.name, "weights_sha256": loaded.sha256, "version": package_version()}
        told |= {"card": loaded.card, "calibration": calibration}
    sys.stdout.write(json.dumps(told, default=str))


if __name__ == "__main__":
    main()
