"""The list of files to evaluate: a CSV with the columns file, label, group, and any others, which are carried along."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from fakestormer.data import Label, manifest_records, name_values, read_label, read_manifest_bytes
from fakestormer.types import DataError

MANIFEST_COLUMNS = ("file", "label", "group")
RESULT_COLUMNS = ("decision", "score", "logit", "probability", "reason", "crop_scale")
QUALITY_COLUMNS = ("frame_rate", "bits_per_pixel", "blur")  # tables of earlier versions lack them
# Of the deciding face, before the scoring rule.
EVIDENCE_COLUMNS = ("clip_mean", "clip_median", "frame_mean", "motion_mean")


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
    raw = read_manifest_bytes(path, ", ".join(MANIFEST_COLUMNS))
    records = manifest_records(path, raw)
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
    taken = [column for column in header if column in (*RESULT_COLUMNS, *QUALITY_COLUMNS, *EVIDENCE_COLUMNS)]
    if taken:
        raise DataError(
            f"the manifest {path} has a column {taken[0]!r}, which the score table writes itself: rename or drop it"
        )


def _read_row(path: Path, line: int, header: list[str], values: list[str], carried: tuple[str, ...]) -> ManifestRow:
    named = name_values(path, line, header, values)
    return ManifestRow(
        file=named["file"],
        path=path.parent / named["file"],
        label=read_label(path, line, named["label"]),
        group=named["group"],
        carried=tuple((column, named[column]) for column in carried),
    )
