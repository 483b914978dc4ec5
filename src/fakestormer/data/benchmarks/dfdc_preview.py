"""DFDC preview: 1131 real and 4119 fake clips by two methods."""

from __future__ import annotations

from pathlib import Path

from fakestormer.data.benchmarks.layout import Benchmark, Entry, Label, Listing, Part
from fakestormer.data.benchmarks.lists import read_json_list, unreadable

LABELS: dict[object, Label] = {"real": "real", "fake": "fake"}


def read_dataset(root: Path, _parts: tuple[Part, ...]) -> dict[str, Entry]:
    """Every clip of `dataset.json`: label and split."""
    path = root / "dataset.json"
    content = read_json_list(path)
    if not isinstance(content, dict):
        raise unreadable(path, "an object with a field for each clip", type(content).__name__)
    entries = {}
    for name, facts in content.items():
        if not isinstance(facts, dict) or facts.get("label") not in LABELS or facts.get("set") not in ("train", "test"):
            raise unreadable(path, 'a label "real" or "fake" and a set "train" or "test"', facts)
        entries[name] = Entry(LABELS[facts["label"]], str(facts["set"]))
    return entries


DFDC_PREVIEW = Benchmark(
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
    listing=Listing(("dataset.json",), "comes with the data set", read_dataset, True, num_listed=5250),
    notes=("Which original a fake was made from: not verified, so there are no pairs.",),
)
