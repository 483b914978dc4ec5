"""A folder with a manifest: `manifest.csv` says what each video below it is."""

from __future__ import annotations

from pathlib import Path

from fakestormer.data.benchmarks.layout import VIDEO, Benchmark, Entry, Label, Listing, Part
from fakestormer.data.benchmarks.lists import read_table, unreadable

NAME = "manifest.csv"
LABELS: dict[str, Label] = {"real": "real", "fake": "fake"}


def read_manifest_rows(root: Path, _parts: tuple[Part, ...]) -> dict[str, Entry]:
    """Every row of the manifest, with those of its further columns that manifests of benchmarks have."""
    entries = {}
    for row in read_table(root / NAME, ("file", "label")):
        label = LABELS.get(row["label"].strip().lower())
        if label is None:
            raise unreadable(root / NAME, "the label real or fake", row["label"])
        entries[row["file"].strip()] = Entry(
            label=label,
            split=row.get("split", ""),
            method=row.get("method", ""),
            identity=row.get("identity", ""),
            original=row.get("pair_of", ""),
            compression=row.get("compression", ""),
            group=row.get("group", ""),
        )
    return entries


MANIFEST = Benchmark(
    name="manifest",
    title="A manifest of your own",
    sources=("fakestormer's own layout",),
    parts=(Part("{name:**}." + VIDEO, None),),
    listing=Listing(
        (NAME,),
        "you write it: columns file, label, and any of group, identity, pair_of, method, compression, split",
        read_manifest_rows,
        True,
    ),
    notes=("Videos below the folder that the manifest does not name are reported as unexpected.",),
)
