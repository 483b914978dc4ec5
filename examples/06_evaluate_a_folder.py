"""A folder of labelled videos to metrics with intervals, and what they say.

python examples/06_evaluate_a_folder.py [--out FOLDER] [--weights FILE]

The folder is made on the spot: four films of a well-known picture by moving cameras, and their self-blended
counterparts. With videos of your own, write the manifest and run `fakestormer evaluate --manifest FILE.csv --out DIR`.
"""

from __future__ import annotations

import argparse
import csv
import importlib
from pathlib import Path

import numpy as np

import fakestormer as fs
from fakestormer.evaluation import evaluate, render_table
from fakestormer.types import TimeSpan
from fakestormer.video import write_video

reports = importlib.import_module("04_example_reports")
SEEDS = (3, 8, 11, 12)
SECONDS = 1


def write_folder(folder: Path) -> Path:
    """The videos and a manifest that says of each what it is, and which genuine film a forgery was made from."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for seed in SEEDS:
        frames, landmarks, scheme = reports.film(seed)
        count = round(SECONDS * reports.FRAME_RATE)
        frames, landmarks = frames[:count], landmarks[:count]
        forged = reports.forge(frames, landmarks, scheme, TimeSpan(0.0, SECONDS), seed)
        for kind, images in (("real", frames), ("fake", forged)):
            name = f"{kind}_{seed}.mp4"
            write_video(folder / name, np.ascontiguousarray(images), reports.FRAME_RATE)
            pair = f"real_{seed}.mp4" if kind == "fake" else ""
            rows.append((name, kind, f"camera {seed}", "astronaut", "self-blended" if pair else "", pair))
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "label", "identity", "group", "family", "pair_of"))
        writer.writerows(rows)
    return folder / "manifest.csv"


def score(out: Path, weights: Path | None = None) -> Path:
    """The folder with the scores and metrics of the made-up set."""
    manifest = write_folder(out / "videos")
    # Pictures of evidence frames are left out: nobody looks at them here.
    detector = fs.Detector.load(weights, fs.DetectorConfig(evidence_frames=0))
    metrics = evaluate(manifest, out / "scores", detector)
    print(render_table(metrics))
    return out / "scores"


def main() -> None:
    """Makes the folder, scores it, prints the table."""
    parser = argparse.ArgumentParser(description="Evaluate a folder of labelled videos.")
    parser.add_argument("--out", type=Path, default=Path("out/evaluated"))
    parser.add_argument("--weights", type=Path, help="a weights file; without it, those of the package")
    options = parser.parse_args()
    print(f"scores, metrics and table are in {score(options.out, options.weights)}")


if __name__ == "__main__":
    main()
