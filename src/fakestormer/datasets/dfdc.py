"""DFDC, the DeepFake Detection Challenge: its test set of 5000 clips of ten seconds, and the preview before it."""

from __future__ import annotations

from pathlib import Path

from fakestormer.datasets.layout import Dataset, Entry, Label, Listing, Part
from fakestormer.datasets.lists import read_json_list, read_table, unreadable

TEST_LABELS = "test/labels.csv"
PREVIEW_LABELS: dict[object, Label] = {"real": "real", "fake": "fake"}


def read_test_labels(root: Path, parts: tuple[Part, ...]) -> dict[str, Entry]:
    """Every clip of the test set; 1 is fake."""
    below = next((part.folder for part in parts), "test")
    entries = {}
    for row in read_table(root / TEST_LABELS, ("filename", "label")):
        if row["label"] not in ("0", "1"):
            raise unreadable(root / TEST_LABELS, "the label 0 or 1", row["label"])
        entries[f"{below}/{row['filename']}"] = Entry("fake" if row["label"] == "1" else "real", "test")
    return entries


def read_preview_labels(root: Path, _parts: tuple[Part, ...]) -> dict[str, Entry]:
    """Every clip of `dataset.json`: label and split."""
    path = root / "dataset.json"
    content = read_json_list(path)
    if not isinstance(content, dict):
        raise unreadable(path, "an object with a field for each clip", type(content).__name__)
    entries = {}
    for name, facts in content.items():
        known = isinstance(facts, dict) and facts.get("label") in PREVIEW_LABELS
        if not known or facts.get("set") not in ("train", "test"):
            raise unreadable(path, 'a label "real" or "fake" and a set "train" or "test"', facts)
        entries[name] = Entry(PREVIEW_LABELS[facts["label"]], str(facts["set"]))
    return entries


DFDC = Dataset(
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
        (TEST_LABELS,),
        "comes with the test set (https://ai.meta.com/datasets/dfdc/)",
        read_test_labels,
        True,
        num_listed=5000,
    ),
    side=("test/metadata.json", "train/{rest:**}", "validation/{rest:**}"),
    notes=(
        "Videos in `test/` or in `test/videos/`: which of the two is official was not verified, both are taken.",
        "Persons and originals of the test clips: not verified, so every clip is a cluster of its own in intervals.",
    ),
)

DFDC_PREVIEW = Dataset(
    name="dfdc-preview",
    title="DFDC preview",
    sources=(
        "https://github.com/SCLBD/DeepfakeBench (1131 and 4119)",
        "https://github.com/SCLBD/DeepfakeBench/issues/63 (for testing: 276 and 501)",
        "https://arxiv.org/abs/1910.08854 (about 5000 clips, two methods)",
        "public loaders of dfdc_preview_set/dataset.json (fields label and set; method_B/ID/ID_C/ID_ID_C_001.mp4)",
    ),
    parts=(
        Part("original_videos/{identity}/{clip}.mp4", "real", "", 1131, "third party"),
        Part("method_A/{identity}/{take}/{clip}.mp4", "fake", "method_A", 3975, "third party"),
        Part("method_B/{identity}/{take}/{clip}.mp4", "fake", "method_B", 144, "third party"),
    ),
    listing=Listing(("dataset.json",), "comes with the data set", read_preview_labels, True, num_listed=5250),
    notes=("Which original a fake was made from: not verified, so there are no pairs.",),
)
