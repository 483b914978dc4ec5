"""DeepFakeDetection (DFD): 28 actors in 16 scenes, by Google and Jigsaw, handed out with FaceForensics++."""

from __future__ import annotations

from fakestormer.data.benchmarks.faceforensics import COMPRESSIONS, FACEFORENSICS, actor_parts, youtube_parts
from fakestormer.data.benchmarks.layout import Benchmark

DFD = Benchmark(
    name="dfd",
    title="DeepFakeDetection (DFD)",
    sources=(
        "https://github.com/ondyari/FaceForensics/tree/master/dataset/DeepFakeDetection (28 actors, over 3000 fakes)",
        "https://arxiv.org/html/2311.15308v2, table 1 (363 and 3068)",
    ),
    parts=tuple(part for name, folder in COMPRESSIONS for part in actor_parts(name, folder, "test", optional=False)),
    # In the tree of FaceForensics++ the other parts are no surprise.
    side=(
        *FACEFORENSICS.side,
        *(part.path for name, folder in COMPRESSIONS for part in youtube_parts(name, folder)),
        "splits/{name}.json",
    ),
    notes=("No official split: every file is for testing.", "`dfd:c23` takes one compression."),
)
