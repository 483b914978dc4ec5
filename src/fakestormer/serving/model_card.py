"""What is known of the weights: read once by a process of its own, so that the API needs no torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from fakestormer.types import ConfigError


def read_model_card(weights: Path | None) -> dict[str, Any]:
    """Name, SHA-256, version, card and calibration of a weights file. Raises ConfigError where it cannot be read."""
    asked = [sys.executable, "-m", "fakestormer.serving.describe_weights", *([str(weights)] if weights else [])]
    ended = subprocess.run(asked, capture_output=True, text=True, check=False)
    try:
        told: dict[str, Any] = json.loads(ended.stdout)
    except ValueError:
        last = ended.stderr.strip().splitlines()[-1:]
        raise ConfigError(f"the weights cannot be read: {last[0] if last else 'no reason was given'}") from None
    if "refused" in told:
        raise ConfigError(told["refused"])
    return told
