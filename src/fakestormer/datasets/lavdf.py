"""LAV-DF: 136,304 videos of which short segments of picture, voice or both are forged."""

from __future__ import annotations

from pathlib import Path

from fakestormer.datasets.layout import Dataset, Entry, Listing, Part
from fakestormer.datasets.lists import read_json_list, unreadable

SPLITS = ("train", "dev", "test")


def read_metadata(root: Path, _parts: tuple[Part, ...]) -> dict[str, Entry]:
    """Every video of `metadata.json`; where only the voice was changed, the picture is real."""
    path = root / "metadata.json"
    rows = read_json_list(path)
    if not isinstance(rows, list):
        raise unreadable(path, "a list of videos", type(rows).__name__)
    entries = {}
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("file"), str) or row.get("split") not in SPLITS:
            raise unreadable(path, f"a file and a split out of {', '.join(SPLITS)}", row)
        picture, voice = bool(row.get("modify_video")), bool(row.get("modify_audio"))
        method = {(1, 0): "picture", (1, 1): "picture and voice", (0, 1): "voice only"}.get((picture, voice), "")
        original = row.get("original") or ""
        entries[row["file"]] = Entry(
            label="fake" if picture else "real",
            split=row["split"],
            method=method,
            identity=original or row["file"],
            original=original if picture else "",
        )
    return entries


LAVDF = Dataset(
    name="lavdf",
    title="LAV-DF",
    sources=(
        "https://github.com/ControlNet/LAV-DF (download)",
        "public descriptions of the download (train, dev, test with 78,703, 31,501 and 26,100 videos; metadata.json "
        "with file, split, original, modify_video, modify_audio, fake_periods)",
    ),
    parts=(
        Part("train/{name}.mp4", None, "", 78703, "third party", split="train"),
        Part("dev/{name}.mp4", None, "", 31501, "third party", split="dev"),
        Part("test/{name}.mp4", None, "", 26100, "third party", split="test"),
    ),
    listing=Listing(("metadata.json",), "comes with the data set", read_metadata, True, num_listed=136304),
    side=("metadata.min.json", "README.md"),
    notes=("Where only the voice was changed the picture is genuine, and the file counts as real here.",),
)
