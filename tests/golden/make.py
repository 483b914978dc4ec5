"""The golden loss curve: twenty steps of a tiny run on a cache made on the spot.

Run: `make golden`. Do that only where a change is meant to move numbers; it goes into a commit of its own, with a line
under "Numbers" in the changelog.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from tests.pipeline.tiny_run import tiny
from tests.synthetic_cache import write_synthetic_cache

from fakestormer.training import TrainRun, train
from fakestormer.training.metrics_log import read_rows

CURVE = Path(__file__).with_name("loss_curve.json")
TERMS = ("total", "classification", "temporal", "spatial")


def golden_run() -> TrainRun:
    """Twenty steps with everything that a step can have: SAM, parts, clipping, average, a frozen start, stills."""
    settings = replace(
        tiny().optimisation, num_steps=20, peak_rate=1e-3, sam_rho=0.05, accumulate=2, gradient_clip=5.0,
        frozen_encoder_steps=2, average_decay=0.9,
    )  # fmt: skip
    # Re-encoding would tie the curve to the build of FFmpeg inside PyAV.
    augmentation = replace(tiny().synthesis.augmentation, p_recode=0.0)
    return replace(
        tiny(),
        name="golden",
        optimisation=settings,
        synthesis=replace(tiny().synthesis, augmentation=augmentation),
        validation=replace(tiny().validation, every=10),
        checkpoint_every=20,
    )


def make_curve() -> list[dict[str, float]]:
    """The losses of every step, and of the validations, as the log has them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            cache = write_synthetic_cache(Path(folder) / "cache")
            train(golden_run(), [cache], Path(folder) / "run")
            rows = read_rows(Path(folder) / "run" / "metrics.jsonl")
    finally:
        torch.set_num_threads(threads)
    return [{"step": row["step"], **{term: row[term] for term in TERMS}} for row in rows]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(row) for row in make_curve())
    CURVE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
