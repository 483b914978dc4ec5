"""DeeperForensics-1.0: eleven variants of 1000 face swaps onto the videos of FaceForensics++."""

from __future__ import annotations

from pathlib import Path

from fakestormer.datasets.layout import Dataset, Entry, Listing, Part
from fakestormer.datasets.lists import read_lines

VARIANTS = (
    "end_to_end",
    "end_to_end_level_1",
    "end_to_end_level_2",
    "end_to_end_level_3",
    "end_to_end_level_4",
    "end_to_end_level_5",
    "end_to_end_mix_2_distortions",
    "end_to_end_mix_3_distortions",
    "end_to_end_mix_4_distortions",
    "end_to_end_random_level",
    "reenact_postprocess",
)
ORIGINAL = "original_sequences/youtube/c23/videos/{target:###}.mp4"


def read_splits(root: Path, parts: tuple[Part, ...]) -> dict[str, Entry]:
    """The videos of the split files, in each variant that was found, and the originals beneath them."""
    entries: dict[str, Entry] = {}
    for path in LISTING.paths:
        split = Path(path).stem
        for line in read_lines(root / path):
            target, _, source = Path(line).stem.partition("_")
            for part in parts:
                place = part.fill(target=target, source=source)
                if part.label == "fake" or (root / place).exists():
                    entries[place] = Entry(split=split)
    return entries


LISTING = Listing(
    paths=("lists/splits/train.txt", "lists/splits/val.txt", "lists/splits/test.txt"),
    origin="comes with the data set",
    read=read_splits,
)

DEEPERFORENSICS = Dataset(
    name="deeperforensics",
    title="DeeperForensics-1.0",
    sources=(
        "https://github.com/EndlessSora/DeeperForensics-1.0/blob/master/dataset/README.md "
        "(tree, names, 1000 a variant, split files)",
    ),
    parts=(
        Part(ORIGINAL, "real", "", 1000, optional=True),
        *(
            Part(
                f"manipulated_videos/{variant}/{{target:###}}_{{source}}.mp4",
                "fake",
                variant,
                1000,
                original=ORIGINAL,
                optional=variant != "end_to_end",
            )
            for variant in VARIANTS
        ),
    ),
    listing=LISTING,
    side=("source_videos/{rest:**}", "lists/{rest:**}", "terms_of_use.pdf", "unzip.sh"),
    notes=(
        "The real part is not in the set: it is the YouTube videos of FaceForensics++ in c23. Put or link them under "
        "`original_sequences/youtube/c23/videos/`. The actors' source videos are not the real part.",
    ),
)
