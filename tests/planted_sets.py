"""Small trees in the layout of the known data sets: files whose bytes are their names, and the sets' lists."""

from __future__ import annotations

import json
import re
from pathlib import Path

from fakestormer.datasets import Dataset, Part

NUM_FILES = 4  # of each part; files 0 and 1, 2 and 3 are each other's partners
FRAMES = ("7", "10")
PLACE = re.compile(r"\{(\w+)(?::([^}]*))?\}")


def plant(dataset: Dataset, root: Path) -> dict[str, tuple[Part, int]]:
    """Writes a complete tree with its lists; the videos by their path, each with its part and number."""
    planted: dict[str, tuple[Part, int]] = {}
    for part in dataset.parts:
        if dataset.name == "dfdc" and part.folder == "test/videos":
            continue  # either place serves, not both
        for number in range(NUM_FILES):
            for frame in FRAMES if part.frames else ("",):
                name = path_of(part, number, frame)
                write(root / name, name)
                planted[name.rpartition("/")[0] if part.frames else name] = (part, number)
    LISTS.get(dataset.name, no_list)(root, planted)
    return planted


def path_of(part: Part, number: int, frame: str = "") -> str:
    def value(place: re.Match[str]) -> str:
        name, kind = place[1], place[2] or ""
        if name == "frame":
            return frame
        counted = number ^ 1 if name == "source" else number
        if kind == "#":
            return str(counted)
        if kind and set(kind) == {"#"}:
            return f"{counted:0{len(kind)}d}"
        if kind and kind != "**":
            return kind.partition("|")[0]
        return f"id{counted}" if name in ("target", "source") else f"{name}{counted}"

    return PLACE.sub(value, part.path)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def no_list(root: Path, planted: dict[str, tuple[Part, int]]) -> None:
    """Most sets have none."""


def pairs_of_videos(root: Path, planted: dict[str, tuple[Part, int]]) -> None:
    for split, pairs in (("train", [["002", "003"]]), ("val", []), ("test", [["001", "000"]])):
        write(root / f"splits/{split}.json", json.dumps(pairs))


def testing_videos(root: Path, planted: dict[str, tuple[Part, int]]) -> None:
    lines = [f"{int(part.label == 'real')} {path}" for path, (part, number) in planted.items() if number == 0]
    write(root / "List_of_testing_videos.txt", "\n".join(lines) + "\n")


def numbered_labels(root: Path, planted: dict[str, tuple[Part, int]]) -> None:
    rows = [f"{Path(path).name},{number % 2}" for path, (_, number) in planted.items()]
    write(root / "test/labels.csv", "\n".join(["filename,label", *rows]) + "\n")


def preview_facts(root: Path, planted: dict[str, tuple[Part, int]]) -> None:
    facts = {
        path: {"label": part.label, "set": "test" if number == 0 else "train"}
        for path, (part, number) in planted.items()
    }
    write(root / "dataset.json", json.dumps(facts))


def fake_names(root: Path, planted: dict[str, tuple[Part, int]]) -> None:
    for split, names in (("train", "002_id3.mp4\n003_id2.mp4\n"), ("val", ""), ("test", "000_id1.mp4\n001_id0.mp4\n")):
        write(root / f"lists/splits/{split}.txt", names)


def modifications(root: Path, planted: dict[str, tuple[Part, int]]) -> None:
    rows = [
        {
            "file": path,
            "split": part.split,
            "modify_video": number > 1,
            "modify_audio": number % 2 == 1,
            "original": path_of(part, 0) if number else None,
        }
        for path, (part, number) in planted.items()
    ]
    write(root / "metadata.json", json.dumps(rows))


def rows_of_a_manifest(root: Path, planted: dict[str, tuple[Part, int]]) -> None:
    rows = [f"{path},{('real', 'fake')[number % 2]},mine" for path, (_, number) in planted.items()]
    write(root / "manifest.csv", "\n".join(["file,label,group", *rows]) + "\n")


LISTS = {
    "faceforensics": pairs_of_videos,
    "celebdf-v1": testing_videos,
    "celebdf-v2": testing_videos,
    "celebdf-pp": testing_videos,
    "dfdc": numbered_labels,
    "dfdc-preview": preview_facts,
    "deeperforensics": fake_names,
    "lavdf": modifications,
    "manifest": rows_of_a_manifest,
}
