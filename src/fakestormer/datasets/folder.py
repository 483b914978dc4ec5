"""Data of your own: folders `real/` and `fake/`, or a folder with a `manifest.csv` that says what each video is."""

from __future__ import annotations

from pathlib import Path

from fakestormer.datasets.layout import VIDEO, Dataset, Entry, Label, Listing, Part
from fakestormer.datasets.lists import read_table, unreadable

MANIFEST_NAME = "manifest.csv"
LABELS: dict[str, Label] = {"real": "real", "fake": "fake"}


def read_manifest_rows(root: Path, _parts: tuple[Part, ...]) -> dict[str, Entry]:
    """Every row of the manifest, with those of its further columns that manifests for evaluation have."""
    entries = {}
    for row in read_table(root / MANIFEST_NAME, ("file", "label")):
        label = LABELS.get(row["label"].strip().lower())
        if label is None:
            raise unreadable(root / MANIFEST_NAME, "the label real or fake", row["label"])
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


FOLDER = Dataset(
    name="folder",
    title="Plain folders",
    sources=("fakestormer's own layout",),
    parts=(Part("real/{name:**}." + VIDEO, "real"), Part("fake/{name:**}." + VIDEO, "fake")),
    notes=("Every file is a cluster of its own in intervals. To name the people, write a manifest.",),
)

MANIFEST = Dataset(
    name="manifest",
    title="A manifest of your own",
    sources=("fakestormer's own layout",),
    parts=(Part("{name:**}." + VIDEO, None),),
    listing=Listing(
        (MANIFEST_NAME,),
        "you write it: columns file, label, and any of group, identity, pair_of, method, compression, split",
        read_manifest_rows,
        True,
    ),
    notes=("Videos below the folder that the manifest does not name are reported as unexpected.",),
)
