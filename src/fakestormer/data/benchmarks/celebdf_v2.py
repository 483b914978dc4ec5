"""Celeb-DF v2: 890 real videos, 5639 face swaps, of which 518 videos are for testing."""

from __future__ import annotations

from fakestormer.data.benchmarks.celebdf_list import testing_list
from fakestormer.data.benchmarks.layout import Benchmark, Part

CELEBDF_V2 = Benchmark(
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
