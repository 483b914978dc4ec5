"""A manifest file -> its records: what every reader of manifests asks of the file itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from fakestormer.types import DataError


def read_manifest_bytes(path: Path, columns: str) -> bytes:
    """The content of a manifest; DataError, which names the columns it should have, where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"there is no manifest {path}: give a CSV file with the columns {columns}") from None
    except OSError as error:
        raise DataError(
            f"the manifest {path} cannot be read ({error.strerror}): give a CSV file that you may read"
        ) from None


def manifest_records(path: Path, raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """Line number and stripped values of each record that is not blank; DataError where it is no UTF-8 or no CSV."""
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        for record in reader:
            values = [value.strip() for value in record]
            if any(values):
                yield reader.line_num, values
    except UnicodeDecodeError as error:
        raise DataError(f"the manifest {path} is not UTF-8 text (byte {error.start}): save it as UTF-8 CSV") from None
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: not a CSV record ({error}): check its quotes") from None


def name_values(path: Path, line: int, header: list[str], values: list[str]) -> dict[str, str]:
    """A record's values by the names of their columns; DataError where their number differs or no file is named."""
    if len(values) != len(header):
        raise DataError(
            f"{path}, line {line}: {len(values)} values for {len(header)} columns: quote values that hold a comma"
        )
    named = dict(zip(header, values, strict=True))
    if not named["file"]:
        raise DataError(f"{path}, line {line}: the file column is empty: name the video, or delete the line")
    return named
