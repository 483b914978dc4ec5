"""DFDC: the test set of the DeepFake Detection Challenge, 5000 clips of ten seconds."""

from __future__ import annotations

from pathlib import Path

from fakestormer.data.benchmarks.layout import Benchmark, Entry, Listing, Part
from fakestormer.data.benchmarks.lists import read_table, unreadable

LABELS = "test/labels.csv"


def read_labels(root: Path, parts: tuple[Part, ...]) -> dict[str, Entry]:
    """Every clip of the test set; 1 is fake."""
    below = next((part.folder for part in parts), "test")
    entries = {}
    for row in read_table(root / LABELS, ("filename", "label")):
        if row["label"] not in ("0", "1"):
            raise unreadable(root / LABELS, "the label 0 or 1", row["label"])
        entries[f"{below}/{row['filename']}"] = Entry("fake" if row["label"] == "1" else "real", "test")
    return entries


DFDC = Benchmark(
    name="dfdc",
    title="DFDC (test)",
    sources=(
        "https://github.com/SCLBD/DeepfakeBench/issues/25 (labels file with 5000 rows beside the videos)",
        "https://github.com/SCLBD/DeepfakeBench/issues/63 (2500 and 2500)",
        "https://huggingface.co/spaces/mrneuralnet/P-DFD (test/labels.csv: file name, label)",
    ),
    parts=(
        Part("test/{clip}.mp4", None, "DFDC", 5000, "third party", split="test", optional=True),
        Part("test/videos/{clip}.mp4", None, "DFDC", 5000, "third party", split="test", optional=True),
    ),
    listing=Listing(
        (LABELS,), "comes with the test set (https://ai.meta.com/datasets/dfdc/)", read_labels, True, num_listed=5000
    ),
    side=("test/metadata.json", "train/{rest:**}", "validation/{rest:**}"),
    notes=(
        "Videos in `test/` or in `test/videos/`: which of the two is official was not verified, both are taken.",
        "Persons and originals of the test clips: not verified, so every clip stands for itself in intervals.",
    ),
)
