"""The list of files to evaluate: a CSV with the columns file, label, group, and any others, which are carried along."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from fakestormer.types import DataError

Label = Literal["real", "fake"]
MANIFEST_COLUMNS = ("file", "label", "group")
RESULT_COLUMNS = ("decision", "score", "logit", "probability", "reason", "crop_scale")
QUALITY_COLUMNS = ("frame_rate", "bits_per_pixel", "blur")  # tables of earlier versions lack them


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One file to evaluate: its name as written, where it is, what it is, its group, and the further columns."""

    file: str
    path: Path
    label: Label
    group: str
    carried: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The rows in file order, the names of the carried columns, and the SHA-256 of the manifest file."""

    rows: tuple[ManifestRow, ...]
    carried_columns: tuple[str, ...]
    sha256: str


def read_manifest(path: Path) -> Manifest:
    """The rows of a manifest, checked; files are looked for relative to the manifest's folder.

    Raises:
        DataError: the manifest is missing, not UTF-8 text, empty, lacks a column, names a column twice, has a label
            that is neither real nor fake, or lists a file twice. Whether the videos exist is the detector's question.
    """
    raw = _read_bytes(path)
    records = _records(path, raw)
    header = next(records, (0, []))[1]
    _check_header(path, header)
    carried = tuple(column for column in header if column not in MANIFEST_COLUMNS)
    rows: list[ManifestRow] = []
    seen: dict[str, int] = {}
    for line, values in records:
        row = _read_row(path, line, header, values, carried)
        place = os.path.normpath(row.path)
        if place in seen:
            raise DataError(
                f"{path}, line {line}: the file {row.file!r} is listed in line {seen[place]} already: list it once"
            )
        seen[place] = line
        rows.append(row)
    if not rows:
        raise DataError(f"the manifest {path} lists no file: add one line for each video under the header")
    return Manifest(tuple(rows), carried, hashlib.sha256(raw).hexdigest())


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"there is no manifest {path}: give a CSV file with the columns file, label, group") from None
    except OSError as error:
        raise DataError(
            f"the manifest {path} cannot be read ({error.strerror}): give a CSV file that you may read"
        ) from None


def _records(path: Path, raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """Line number and stripped values of each record that is not blank."""
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


def _check_header(path: Path, header: list[str]) -> None:
    if not header:
        raise DataError(f"the manifest {path} is empty: its first line must name the columns file, label, group")
    missing = [column for column in MANIFEST_COLUMNS if column not in header]
    if missing:
        raise DataError(
            f"the manifest {path} lacks the column {', '.join(missing)} (it has {', '.join(header)}): "
            "its first line must name file, label and group"
        )
    twice = [column for column in header if header.count(column) > 1]
    if twice:
        raise DataError(f"the manifest {path} names the column {twice[0]!r} twice: give each column its own name")
    taken = [column for column in header if column in (*RESULT_COLUMNS, *QUALITY_COLUMNS)]
    if taken:
        raise DataError(
            f"the manifest {path} has a column {taken[0]!r}, which the score table writes itself: rename or drop it"
        )


def _read_row(path: Path, line: int, header: list[str], values: list[str], carried: tuple[str, ...]) -> ManifestRow:
    if len(values) != len(header):
        raise DataError(
            f"{path}, line {line}: {len(values)} values for {len(header)} columns: quote values that hold a comma"
        )
    named = dict(zip(header, values, strict=True))
    label = named["label"].lower()
    if label not in ("real", "fake"):
        raise DataError(
            f"{path}, line {line}: the label {named['label']!r} is neither real nor fake: write one of them"
        )
    if not named["file"]:
        raise DataError(f"{path}, line {line}: the file column is empty: name the video, or delete the line")
    return ManifestRow(
        file=named["file"],
        path=path.parent / named["file"],
        label=cast("Label", label),
        group=named["group"],
        carried=tuple((column, named[column]) for column in carried),
    )
