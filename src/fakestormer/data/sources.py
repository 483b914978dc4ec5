"""What there is to prepare: the genuine files of a manifest, or of a folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from fakestormer.data.cache import Forgery
from fakestormer.data.csv_records import manifest_records, name_values, read_manifest_bytes
from fakestormer.data.labels import read_label
from fakestormer.data.prepare import SourceFile
from fakestormer.types import DataError
from fakestormer.video import VIDEO_SUFFIXES

PHOTO_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"))
MEDIA_SUFFIXES = VIDEO_SUFFIXES | PHOTO_SUFFIXES


def list_sources(place: Path, with_forged: bool = False) -> tuple[SourceFile, ...]:
    """The videos and photographs of a manifest (CSV) or below a folder, in order; only genuine ones by default.

    A manifest has the column `file` (relative to it) and may have `label`, `identity`, `group`, `method` and `pair_of`;
    its forged rows are left out unless `with_forged`. In a folder every media file is
    genuine, and each is a person of its own.
    """
    if place.is_dir():
        found = sorted(p for p in place.rglob("*") if p.suffix.lower() in MEDIA_SUFFIXES)
        sources = tuple(SourceFile(p, str(p.relative_to(place)), str(p.relative_to(place)), "") for p in found)
    elif place.suffix.lower() == ".csv" and place.is_file():
        sources = _from_manifest(place, with_forged)
    else:
        raise DataError(f"{place} is neither a folder nor a CSV manifest: give one of the two")
    if not sources:
        raise DataError(f"{place} lists no genuine video or photograph: nothing to prepare")
    twice = next((name for name, count in Counter(source.name for source in sources).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{place} lists {twice} more than once: keep one row per file")
    return sources


def _from_manifest(path: Path, with_forged: bool) -> tuple[SourceFile, ...]:
    records = manifest_records(path, read_manifest_bytes(path, "file[, label, identity, group]"))
    header = next(records, (0, []))[1]
    if "file" not in header:
        raise DataError(f"{path} has no column 'file', only {header}: add one with paths relative to it")
    rows = [(line, name_values(path, line, header, values)) for line, values in records]
    return tuple(
        SourceFile(
            path=path.parent / row["file"],
            name=row["file"],
            identity=row.get("identity") or row["file"],
            group=row.get("group") or "",
            forgery=Forgery(row.get("method") or "", row.get("pair_of") or "") if is_forged else None,
        )
        for line, row in rows
        for is_forged in [read_label(path, line, row.get("label") or "real") == "fake"]
        if with_forged or not is_forged
    )
