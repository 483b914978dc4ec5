"""KoDF: Korean speakers, 62,166 real and 175,776 synthesised clips by six methods."""

from __future__ import annotations

from fakestormer.datasets.layout import Dataset, Part

KODF = Dataset(
    name="kodf",
    title="KoDF",
    sources=(
        "https://deepbrainai-research.github.io/kodf (access)",
        "https://arxiv.org/abs/2103.10094 (62,166 real and 175,776 fake clips, 403 people, six methods)",
        "public loaders of kodf_release (original_videos; synthesized_videos with a folder a method, such as fsgan)",
    ),
    parts=(
        Part("original_videos/{rest:**}.mp4", "real", "", 62166),
        Part("synthesized_videos/{method}/{rest:**}.mp4", "fake", "", 175776),
    ),
    side=("{name}.csv", "{folder}/{name}.csv", "metadata/{rest:**}"),
    notes=(
        "Folders below the method, names, metadata and split: not verified, so there are no persons and no split, and "
        "clips with adversarial noise are not distinguished.",
    ),
)
