"""docs/peers.md from docs/results: python -m benchmarks.write_peers

Our figures come from the metrics of the kept variant; those of others are laid in RESULTS/peers.json, as measured on
the same clips or as published.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fakestormer.evaluation import Estimate
from fakestormer.evaluation.tables import align, show

RESULTS = Path(__file__).parents[1] / "docs" / "results"
NONE = "-"
FAMILIES = {
    "ffpp_c23": "FaceForensics++ c23",
    "ffpp_c40": "FaceForensics++ c40",
    "face_swap": "other face swaps",
    "lip_sync": "lip-sync and dubbing",
    "talking_head": "talking heads",
    "reenactment": "re-enactment",
    "generated": "wholly generated",
}
HEAD = """# Against peers

Written by `python -m benchmarks.write_peers` from the files in `docs/results`; do not edit. State of November 2026.

## What each gives

As their own pages and issue lists say; nobody of them was asked. `-`: not known to us.
"""
SAME_CLIPS = """
## Accuracy on the same clips

AUC, mean over families of forgeries. *dev* and *dev2* are the development sets of this project; *hidden* are clips of
other sources that nobody trained or chose on, run by others. Peers were run as their authors publish them, on the same
clips.
"""
PUBLISHED = """## Accuracy as published

AUC of videos on Celeb-DF v2, DFDC and DFDC preview, as the authors or tables of others give them; protocols differ.
**Ours is not measured there**: the data sets are not to be had without their owners' leave, and what is left empty is
not known to us. The model card says what the default weights reach on our sets; by those figures the strongest of these
detectors, which tune large encoders on an accelerator, are far ahead of the default weights in bare accuracy.
"""


def write(results: Path) -> Path:
    """The document beside the folder of results."""
    path = results.parent / "peers.md"
    path.write_text(render(results), "utf-8")
    return path


def render(results: Path) -> str:
    """The whole document."""
    peers = json.loads((results / "peers.json").read_text("utf-8"))
    listed = json.loads((results / "variants.json").read_text("utf-8"))["variants"]
    kept = next(variant for variant in listed if variant["state"] == "kept")
    metrics = json.loads((results / kept["folder"] / "metrics.json").read_text("utf-8"))
    features = align([tuple(row) for row in peers["features"]])
    parts = [HEAD, features, SAME_CLIPS, _same_clips(peers["same_clips"], metrics), PUBLISHED]
    return "\n".join([*parts, _published(peers["published"])]) + "\n"


def _same_clips(peers: list[dict[str, Any]], metrics: dict[str, Any]) -> str:
    family = metrics["by"]["family"]
    ours = Estimate(**family["macro"]["selected"]["auc"])
    slices = {one["name"]: one for one in family["slices"]}
    parts = []
    for name, title in FAMILIES.items():
        if name in slices:
            one = slices[name]
            reference = " within its sources" if one["reference"] == "same_source" else ""
            parts.append(f"{title} {one[one['reference']]['auc']['value']:.2f}{reference}")
    rows = [("detector", "dev", "dev2", "hidden", "remarks")]
    both = f"dev and dev2 together, held-out sources: {show(ours)}; " + ", ".join(parts)
    rows.append(("**fakestormer, the default weights**", "see right", "see right", "not yet run", both))
    rows += [
        (peer["name"], *(_say(peer[column]) for column in ("dev", "dev2", "hidden")), peer["note"])
        for peer in sorted(peers, key=lambda one: -(one["hidden"] or 0))
    ]
    return align(rows) + "\n"


def _published(peers: list[dict[str, Any]]) -> str:
    rows = [("detector", "trained on", "Celeb-DF v2", "DFDC", "DFDC preview", "licence")]
    rows += [
        (peer["name"], peer["trains_on"], _say(peer["cdf2"]), _say(peer["dfdc"]), _say(peer["dfdcp"]), peer["licence"])
        for peer in peers
    ]
    return align(rows)


def _say(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


if __name__ == "__main__":
    print(f"wrote {write(RESULTS)}")
