"""Celeb-DF: version 1 (408 real, 795 swapped), version 2 (890 and 5639), and ++.

The last has the real videos of version 2 and 22 kinds of fakes: swaps, reenactment, talking faces. All three come with
a list of testing videos, lines such as `1 YouTube-real/00170.mp4` (1 is real, 0 is fake); the rest is for training.
"""

from __future__ import annotations

from pathlib import Path

from fakestormer.datasets.layout import Dataset, Entry, Listing, Part
from fakestormer.datasets.lists import read_lines, unreadable

TESTING_VIDEOS = "List_of_testing_videos.txt"
PLUS_PLUS_METHODS = (
    ("FaceSwap", ("BlendFace", "Celeb-DF", "GHOST", "HifiFace", "InSwapper", "MobileFaceSwap", "SimSwap", "UniFace")),
    ("FaceReenact", ("DaGAN", "FSRT", "HyperReenact", "LIA", "LivePortrait", "MCNET", "TPSMM")),
    ("TalkingFace", ("AniTalker", "EchoMimic", "EDTalk", "FLOAT", "IP_LAP", "Real3DPortrait", "SadTalker")),
)


def read_testing_videos(root: Path, _parts: tuple[Part, ...]) -> dict[str, Entry]:
    """The files for testing."""
    entries = {}
    for line in read_lines(root / TESTING_VIDEOS):
        number, _, path = line.partition(" ")
        if number not in ("0", "1") or not path:
            raise unreadable(root / TESTING_VIDEOS, "0 or 1 and a path", line)
        entries[path.strip()] = Entry(label="real" if number == "1" else "fake", split="test")
    return entries


def testing_list(num_listed: int | None) -> Listing:
    """The list of one version of the set, with the documented number of videos for testing."""
    return Listing(
        (TESTING_VIDEOS,), "comes with the data set", read_testing_videos, unlisted_split="train", num_listed=num_listed
    )


CELEBDF_V1 = Dataset(
    name="celebdf-v1",
    title="Celeb-DF v1",
    sources=(
        "https://github.com/yuezunli/celeb-deepfakeforensics/blob/master/Celeb-DF-v1/README.md (tree, 408 and 795)",
        "the same repository's first README (158 and 250 real videos)",
    ),
    parts=(
        Part("Celeb-real/{target}_{clip:####}.mp4", "real", "", 158),
        Part("YouTube-real/{target}.mp4", "real", "", 250),
        Part(
            "Celeb-synthesis/{target}_{source}_{clip:####}.mp4",
            "fake",
            "Celeb-DF",
            795,
            original="Celeb-real/{target}_{clip}.mp4",
        ),
    ),
    listing=testing_list(None),
    notes=(
        "Number of testing videos: not verified.",
        "That `id0_id16_0000` was made from `id0_0000`: not verified; used for pairs only.",
    ),
)

CELEBDF_V2 = Dataset(
    name="celebdf-v2",
    title="Celeb-DF v2",
    sources=(
        "https://github.com/yuezunli/celeb-deepfakeforensics/blob/master/Celeb-DF-v2/README.md "
        "(tree, 590, 300 and 5639, 518 for testing)",
    ),
    parts=(
        Part("Celeb-real/{target}_{clip:####}.mp4", "real", "", 590),
        Part("YouTube-real/{target}.mp4", "real", "", 300),
        Part(
            "Celeb-synthesis/{target}_{source}_{clip:####}.mp4",
            "fake",
            "Celeb-DF",
            5639,
            original="Celeb-real/{target}_{clip}.mp4",
        ),
    ),
    listing=testing_list(518),
    notes=("That `id0_id16_0000` was made from `id0_0000`: not verified; used for pairs only.",),
)

CELEBDF_PP = Dataset(
    name="celebdf-pp",
    title="Celeb-DF++",
    sources=("https://github.com/OUC-VAS/Celeb-DF-PP/blob/main/README.md (tree, 178 real videos for testing)",),
    parts=(
        Part("Celeb-real/{target}.mp4", "real"),
        Part("YouTube-real/{target}.mp4", "real"),
        *(
            Part(f"Celeb-synthesis/{family}/{method}/{{target}}_{{rest}}.mp4", "fake", method)
            for family, methods in PLUS_PLUS_METHODS
            for method in methods
        ),
    ),
    listing=testing_list(None),
    notes=(
        "Numbers of files and the form of fakes' names: not verified. The README gives 200 testing videos a method of "
        "FaceSwap and FaceReenact and 300 a method of TalkingFace.",
    ),
)
