"""The figures of localisation as tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakestormer.evaluation.tables import align

SETS = {
    "synthesised": "Synthesised partial forgeries",
    "splices": "Originals with some seconds of real forgeries",
    "pairs": "Real forgeries against their originals",
}
NOTE = (
    "AP: average precision of proposed segments at that temporal IoU, over all videos, genuine ones included. AR: "
    "average recall of the N best proposals of a video, mean over IoU 0.5 to 0.95. AUC of seconds: all videos "
    "together, and within each partly forged one. Pixel AUC over whole frames (in brackets that of a map "
    "that is the same all over the crop), and in the crop alone. Pointing: the "
    "map's highest place is forged; in brackets the forged share of the crop, that is chance. A dash: not "
    "defined."
)


def render_localisation(result: Mapping[str, Any]) -> str:
    """What `python -m benchmarks.localisation` writes as JSON, as Markdown that ends with a newline."""
    parts = ["# Localisation", f"Weights {result['weights']} (sha256 {result['weights_sha256'][:12]})."]
    for name, title in SETS.items():
        if name in result:
            parts += [f"## {title}", *_set(result[name])]
    return "\n\n".join([*parts, NOTE]) + "\n"


def _set(found: Mapping[str, Any]) -> list[str]:
    time, failures = found["temporal"], found["failures"]
    precision, recall = time["average_precision"] or {}, time["average_recall"] or {}
    rows = [
        *((f"AP at IoU {level}", _show(value)) for level, value in precision.items()),
        *((f"AR at {count}", _show(value)) for count, value in recall.items()),
        ("AUC of seconds", _show(time["second_auc"])),
        ("AUC of seconds, within", _show(time["second_auc_within"])),
    ]
    maps = [
        (
            name,
            str(one["num_frames"]),
            f"{_show(one['pixel_auc'])} ({_show(one['pixel_auc_by_chance'])})",
            *(_show(one[key]) for key in ("pixel_auc_in_crop", "mask_iou")),
            f"{_show(one['pointing'])} ({_show(one['pointing_by_chance'])})",
        )
        for name, one in found["pixels"].items()
    ]
    looked = any(one["num_frames"] for one in found["pixels"].values())
    pixels = [align([("map", "frames", "pixel AUC", "in the crop", "mask IoU", "pointing"), *maps])] if looked else []
    answers = [(name, *(str(count) for count in found[f"decisions_{name}"].values())) for name in ("forged", "genuine")]
    outcomes = [outcome.replace("_", " ") for outcome in found["decisions_forged"]]
    left_out = f", {len(failures)} left out" if failures else ""
    return [
        f"{time['num_videos']} videos with {time['num_spans']} forged segments{left_out}; "
        f"{found['seconds_a_video']} s a video.",
        align([("over time", "value"), *rows]),
        *pixels,
        align([("videos \\ answer", *outcomes), *answers]),
    ]


def _show(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
