"""FFIW10K: ten thousand forged videos of several people, of whom few are forged."""

from __future__ import annotations

from fakestormer.datasets.layout import Dataset, Part

FFIW = Dataset(
    name="ffiw",
    title="FFIW10K",
    sources=(
        "https://github.com/tfzhou/FFIW (source, target, target_mask with train and val; 10,000 forged videos)",
        "third-party count of videos by split: 8000, 250 and 1738 of each label",
    ),
    parts=(
        Part("source/train/{name}.mp4", "real", "", 8000, "third party", split="train", optional=True),
        Part("source/val/{name}.mp4", "real", "", 250, "third party", split="val", optional=True),
        Part("source/test/{name}.mp4", "real", "", 1738, "third party", split="test", optional=True),
        Part("target/train/{name}.mp4", "fake", "FFIW", 8000, "third party", split="train", optional=True),
        Part("target/val/{name}.mp4", "fake", "FFIW", 250, "third party", split="val", optional=True),
        Part("target/test/{name}.mp4", "fake", "FFIW", 1738, "third party", split="test", optional=True),
    ),
    side=("target_mask/{rest:**}",),
    notes=(
        "The test videos are a download of their own, whose folders below `source` and `target` were not verified: put "
        "them in `source/test/` and `target/test/`.",
        "Which source a target was made from: not verified, so there are no pairs.",
    ),
)
