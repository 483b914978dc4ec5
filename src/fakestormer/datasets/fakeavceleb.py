"""FakeAVCeleb: 500 celebrities, with the face, the voice, both or neither forged."""

from __future__ import annotations

from fakestormer.datasets.layout import Dataset, Part

PLACE = "/{race}/{gender}/{identity}/{name}.mp4"

FAKEAVCELEB = Dataset(
    name="fakeavceleb",
    title="FakeAVCeleb",
    sources=(
        "https://sites.google.com/view/fakeavcelebdash-lab/documentation (500 real videos, one a person)",
        "https://arxiv.org/abs/2108.05080 (over 20,000 videos in four combinations)",
        "public loaders (the four folders; meta_data.csv with source, method, type, race, gender, path)",
    ),
    parts=(
        Part("RealVideo-RealAudio" + PLACE, "real", "", 500),
        Part("RealVideo-FakeAudio" + PLACE, "real", "voice only"),
        Part("FakeVideo-RealAudio" + PLACE, "fake", "FakeVideo-RealAudio"),
        Part("FakeVideo-FakeAudio" + PLACE, "fake", "FakeVideo-FakeAudio"),
    ),
    side=("meta_data.csv", "{name}.txt"),
    notes=(
        "Where only the voice is forged the picture is genuine, and the file counts as real here.",
        "The folders `race/gender/identity` and the counts of the forged parts: not verified. No official split.",
    ),
)
