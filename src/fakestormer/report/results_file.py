"""What one run over several files gave: all verdicts, and every file that could not be judged with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from fakestormer.report.json_file import SCHEMA_VERSION, verdict_to_json
from fakestormer.report.picture import write_bytes
from fakestormer.types import VideoVerdict

RESULTS_SCHEMA = "fakestormer.results"
Failure = tuple[str, str]  # a file that could not be judged, and one sentence why


def write_results(verdicts: Sequence[VideoVerdict], failures: Sequence[Failure], path: str | Path) -> None:
    """Write verdicts (each as `verdict_to_json` gives it) and failures (file, sentence) to one JSON file.

    Raises:
        DataError: the file cannot be written, or a verdict holds a number that is not finite.
    """
    content = {
        "schema": RESULTS_SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "verdicts": [verdict_to_json(verdict) for verdict in verdicts],
        "failures": [{"file": file, "error": sentence} for file, sentence in failures],
    }
    write_bytes(Path(path), (json.dumps(content) + "\n").encode("ascii"))
