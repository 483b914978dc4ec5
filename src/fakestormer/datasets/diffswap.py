"""DiffSwap: face swaps by a diffusion model, as used by the published tests."""

from __future__ import annotations

from fakestormer.datasets.layout import VIDEO, Dataset, Part

DIFFSWAP = Dataset(
    name="diffswap",
    title="DiffSwap",
    sources=("https://github.com/wl-zhao/DiffSwap (the method; no data set, split or count is documented there)",),
    parts=(
        Part("real/{name:**}." + VIDEO, "real", split="test"),
        Part("fake/{name:**}." + VIDEO, "fake", "DiffSwap", split="test"),
    ),
    notes=(
        "Layout and counts of the set in the published tests: not verified. Put the videos in `real/` and `fake/`.",
    ),
)
