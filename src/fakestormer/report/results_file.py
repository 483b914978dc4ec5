"""What one run over several files gave: all verdicts, and every file that could not be judged with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from fakestormer.report.json_file import SCHEMA_VERSION, verdict_to_json
from fakestormer.report.picture import write_bytes
from fakestormer.types import VideoVerdict

RESULTS_SCHEMA = "fakestormer.results"


def write_results(verdicts: Sequence[VideoVerdict], failures: Sequence[tuple[str, str]], path: str | Path) -> None:
    """Write verdicts (each as `verdict_to_json` gives it) and failures (file, sentence) to one JSON file.

    Raises:
        DataError: the file cannot be written, or a verdict holds a number that is not finite.
    """
    content = {
        "schema": RESULTS_SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "verdicts": [verdict_to_json(verdict) for verdict in verdicts],
        "coverage": {
            "num_files": len(verdicts) + len(failures),
            "num_scored": sum(verdict.score is not None for verdict in verdicts),
            "num_not_applicable": sum(verdict.score is None for verdict in verdicts),
            "num_error": len(failures),
        },
        "failures": [{"file": file, "error": sentence} for file, sentence in failures],
    }
    write_bytes(Path(path), (json.dumps(content) + "\n").encode("ascii"))
