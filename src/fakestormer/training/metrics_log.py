"""The run's diary: one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fakestormer.files import append_to_file, write_file


class MetricsLog:
    """Appends rows to a JSON-lines file; rows of steps that will be done again are dropped.

    `first_step`: that of a resumed run; None for a new one, of which nothing is kept.
    """

    def __init__(self, path: Path, first_step: int | None) -> None:
        self._path = path
        kept = [row for row in read_rows(path) if first_step is not None and row["step"] < first_step]
        write_file(path, "".join(json.dumps(row) + "\n" for row in kept))

    def write(self, step: int, kind: str, values: dict[str, float]) -> None:
        """One row: the step it belongs to, "train" or "validation", and the numbers."""
        append_to_file(self._path, json.dumps({"step": step, "kind": kind, **values}) + "\n")


def read_rows(path: Path) -> list[dict[str, Any]]:
    """All complete rows of a log; none where there is no file."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]
