"""DF40: forty methods, from face swaps to whole synthesis; here its videos as folders of frames."""

from __future__ import annotations

from fakestormer.datasets.layout import PICTURE, Dataset, Part

DF40 = Dataset(
    name="df40",
    title="DF40",
    sources=(
        "https://github.com/YZY-stack/DF40 (40 methods; fakes from FaceForensics++ and Celeb-DF; reals apart)",
        "https://github.com/YZY-stack/DF40/issues/33 (METHOD/ff and METHOD/cdf)",
    ),
    parts=(
        # First, because `real` would pass for a method.
        Part("real/{set:ff|cdf}/frames/{video}/{frame:#}." + PICTURE, "real", optional=True, frames=True),
        Part("{method}/ff/frames/{video}/{frame:#}." + PICTURE, "fake", optional=True, frames=True),
        Part("{method}/cdf/frames/{video}/{frame:#}." + PICTURE, "fake", optional=True, frames=True),
    ),
    side=("{method}/{set:ff|cdf}/{d:landmarks|masks}/{rest:**}", "dataset_json/{name}.json"),
    notes=(
        "`frames/VIDEO/NUMBER.png` below `ff` and `cdf`, the counts and the split: not verified.",
        "The fakes come without the real videos of FaceForensics++ and Celeb-DF: put frames of those in `real/ff/` and "
        "`real/cdf/`, or evaluate with a manifest that joins both.",
        "Methods that make single pictures are not videos and are left out.",
    ),
)
