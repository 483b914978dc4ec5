"""Plain folders: genuine videos in `real/`, forged ones in `fake/`, at any depth."""

from __future__ import annotations

from fakestormer.data.benchmarks.layout import VIDEO, Benchmark, Part

FOLDER = Benchmark(
    name="folder",
    title="Plain folders",
    sources=("fakestormer's own layout",),
    parts=(Part("real/{name:**}." + VIDEO, "real"), Part("fake/{name:**}." + VIDEO, "fake")),
    notes=("Every file stands for itself in intervals. To say who is seen, write a manifest.",),
)
