"""The files in which data sets say what their videos are, read with one sentence for whatever is wrong."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from fakestormer.types import DataError


def read_lines(path: Path) -> tuple[str, ...]:
    """The lines of a text file that are not blank, without the space around them."""
    return tuple(line.strip() for line in _read_text(path).splitlines() if line.strip())


def read_json_list(path: Path) -> Any:
    """The content of a JSON file."""
    try:
        return json.loads(_read_text(path))
    except ValueError as error:
        raise DataError(f"the list {path} is not a JSON file ({error}): get it again") from None


def read_table(path: Path, columns: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file that has at least these columns."""
    reader = csv.DictReader(io.StringIO(_read_text(path), newline=""))
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f"the list {path} has no column {missing[0]!r}, only {reader.fieldnames}: get it again")
    return tuple({key: value or "" for key, value in row.items() if isinstance(key, str)} for row in reader)


def unreadable(path: Path, wanted: str, found: object) -> DataError:
    """The error for a list that holds something else than it should."""
    return DataError(f"the list {path} holds {found!r} where {wanted} should stand: get it again")


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the list {path} cannot be read ({error}): get it again") from None
