"""What one run over several files gave: all verdicts, and every file that could not be judged with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from fakestormer.files import write_file
from fakestormer.report.json_file import SCHEMA_VERSION, read_content, verdict_from_json, verdict_to_json
from fakestormer.types import DataError, VideoVerdict

RESULTS_SCHEMA = "fakestormer.results"
Failure = tuple[str, str]  # a file that could not be judged, and one sentence why

COVERAGE = ("num_files", "num_scored", "num_not_applicable", "num_error")


def write_results(verdicts: Sequence[VideoVerdict], failures: Sequence[Failure], path: str | Path) -> None:
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
    write_file(path, json.dumps(content) + "\n")


def read_results(path: str | Path) -> tuple[VideoVerdict, ...]:
    """The verdicts in a file that `write_results` or `write_json` made.

    Raises:
        DataError: the file is missing, cut, no JSON, of another version, or not what those functions write.
    """
    content = read_content(path)
    if not isinstance(content, dict) or content.get("schema") != RESULTS_SCHEMA:
        return (verdict_from_json(content),)
    version, verdicts = content.get("schema_version"), content.get("verdicts")
    if version != SCHEMA_VERSION:
        raise DataError(
            f"the results have schema version {ascii(version)[:20]}, this fakestormer reads version {SCHEMA_VERSION}: "
            "read them with the version that wrote them, or examine the video again"
        )
    if not isinstance(verdicts, list):
        raise DataError(f'{path} has no list "verdicts": write it again with --json')
    return tuple(map(verdict_from_json, verdicts))
