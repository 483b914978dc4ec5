"""Celeb-DF v1: 408 real videos and 795 face swaps."""

from __future__ import annotations

from fakestormer.data.benchmarks.celebdf_list import testing_list
from fakestormer.data.benchmarks.layout import Benchmark, Part

CELEBDF_V1 = Benchmark(
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
