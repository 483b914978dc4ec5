"""How well forged seconds and forged pixels are found, without licensed data: JSON and a table.

python -m benchmarks.localisation --manifest dev.csv --out DIR [--videos 20] [--splices 40] [--pairs 20]

Genuine videos of the manifest (columns file, label, group; label real) become videos whose face is blended with itself
for some seconds, by settings that no recipe trains with; every fourth stays genuine. `--pairs` adds forgeries of the
manifest that name their original in the column `pair_of`: what they changed is read off the difference, and both are
scored. `--splices` makes films of such pairs, where they go together frame by frame: the original, for some seconds
with the forgery's frames. Videos are made, judged as `detect --thorough` does, measured and deleted one by one.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.localisation import (
    ForgedTruth,
    LocalisedVideo,
    PartialForgeryConfig,
    localise_video,
    measure_localisation,
    render_localisation,
    truth_from_pair,
    write_partial_forgery,
    write_splice,
)

from fakestormer.detector import Detector, DetectorConfig, thorough
from fakestormer.evaluation import Manifest, ManifestRow, read_manifest
from fakestormer.faces.backends.facemesh import FaceMeshLandmarker, find_landmark_model
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.types import DataError, FakestormerError

GENUINE_EVERY = 4


def measure_synthesised(
    rows: Sequence[ManifestRow], detector: Detector, config: PartialForgeryConfig, seed: int, model: Path | None
) -> tuple[list[LocalisedVideo], list[str]]:
    """The videos made from these genuine ones and measured, and why some could not be made."""
    faces, landmarker = LibfaceDetector(max_size=640), FaceMeshLandmarker(find_landmark_model(model))
    videos: list[LocalisedVideo] = []
    failures: list[str] = []
    for number, row in enumerate(rows):
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "video.mp4"
            forge = number % GENUINE_EVERY != GENUINE_EVERY - 1
            try:
                truth = write_partial_forgery(row.path, made, faces, landmarker, seed + number, config, forge)
                videos.append(localise_video(detector.detect(made), truth, number))
            except FakestormerError as error:
                failures.append(f"{row.file}: {error}")
        print(f"{number + 1} of {len(rows)}: {row.file}", flush=True)
    return videos, failures


def measure_splices(
    listed: Manifest, most: int, detector: Detector, config: PartialForgeryConfig, seed: int
) -> tuple[list[LocalisedVideo], list[str]]:
    """Originals with some seconds of their forgeries, measured, and why some could not be made."""
    videos: list[LocalisedVideo] = []
    failures: list[str] = []
    for number, (fake, real) in enumerate(_choose_pairs(listed, most)):
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "video.mp4"
            try:
                truth = write_splice(real.path, fake.path, made, seed + number, config)
                videos.append(localise_video(detector.detect(made), truth, number))
            except FakestormerError as error:
                failures.append(str(error))
        print(f"splice {number + 1}: {fake.file}", flush=True)
    return videos, failures


def _choose_pairs(listed: Manifest, most: int) -> list[tuple[ManifestRow, ManifestRow]]:
    """So many forgeries and their originals, evenly over the manifest."""
    originals = {row.file: row for row in listed.rows if row.label == "real"}
    named = [(row, dict(row.carried).get("pair_of", "")) for row in listed.rows if row.label == "fake"]
    pairs = [(row, originals[name]) for row, name in named if name in originals]
    return [pairs[place] for place in np.unique(np.linspace(0, len(pairs) - 1, min(most, len(pairs))).astype(int))]


def measure_pairs(listed: Manifest, most: int, detector: Detector) -> tuple[list[LocalisedVideo], list[str]]:
    """Forgeries and their originals, measured, and why some pairs could not be used."""
    chosen = _choose_pairs(listed, most)
    videos: list[LocalisedVideo] = []
    failures: list[str] = []
    seen: set[str] = set()
    for number, (fake, real) in enumerate(chosen):
        try:
            truth = truth_from_pair(fake.path, real.path)
            videos.append(localise_video(detector.detect(fake.path), truth, 2 * number))
            if real.file not in seen:
                seen.add(real.file)
                videos.append(localise_video(detector.detect(real.path), ForgedTruth((), ()), 2 * number + 1))
        except FakestormerError as error:
            failures.append(str(error))
        print(f"pair {number + 1} of {len(chosen)}: {fake.file}", flush=True)
    return videos, failures


def report(videos: list[LocalisedVideo], failures: list[str], seconds: float) -> dict[str, Any]:
    """The figures of one set as plain values; what could not be used is printed."""
    for sentence in failures:
        print(f"left out: {sentence}")
    found = dataclasses.asdict(measure_localisation(videos))
    files = [
        {
            "file": Path(video.file).name,
            "answer": video.decision.value,
            "forged": [(span.start, span.end) for span in video.timed.truth],
            "proposed": [(one.span.start, one.span.end, one.score) for one in video.timed.proposals[:3]],
        }
        for video in videos
    ]
    return {**found, "files": files, "failures": failures, "seconds_a_video": round(seconds / max(1, len(videos)), 1)}


def main() -> None:
    """Writes localisation.json and localisation.md, and prints the table."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.localisation",
        description="Measure localisation on self-made partial forgeries and real pairs.",
    )
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--videos", type=int, default=20, help="genuine videos to make partial forgeries from; 0 for none"
    )
    parser.add_argument(
        "--splices", type=int, default=0, help="pairs to make films of that are forged for some seconds"
    )
    parser.add_argument("--pairs", type=int, default=0, help="forgeries to hold against their originals")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of the made videos")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--landmark-model", type=Path, default=os.environ.get("FAKESTORMER_LANDMARK_MODEL"))
    options = parser.parse_args()
    if min(options.videos, options.splices, options.pairs) < 0 or not options.videos + options.splices + options.pairs:
        parser.error("--videos, --splices and --pairs must be at least 0, and one of them more")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        result = measure(options)
    except (FakestormerError, OSError) as error:
        sys.exit(f"localisation: {error}")
    (options.out / "localisation.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    table = render_localisation(result)
    (options.out / "localisation.md").write_text(table, "utf-8")
    print(table)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """What localisation.json holds."""
    listed = read_manifest(options.manifest)
    reals = [row for row in listed.rows if row.label == "real"]
    places = np.unique(np.linspace(0, len(reals) - 1, min(options.videos, len(reals))).astype(int))
    config = PartialForgeryConfig(seconds=options.seconds)
    if (options.splices or options.pairs) and not _choose_pairs(listed, 1):
        raise DataError(f"no forgery in {options.manifest} names its original: fill the column pair_of")
    settings = thorough(DetectorConfig(device=options.device, evidence_frames=0, max_maps=10_000))
    detector = Detector.load(options.weights, settings)
    model = Path(options.landmark_model) if options.landmark_model else None
    result: dict[str, Any] = {
        "localisation_version": 1,
        "weights": detector.weights.name,
        "weights_sha256": detector.weights.sha256,
        "manifest_sha256": listed.sha256,
        "seed": options.seed,
        "config": dataclasses.asdict(config),
    }
    if options.videos:
        start = time.perf_counter()
        made = measure_synthesised([reals[place] for place in places], detector, config, options.seed, model)
        result["synthesised"] = report(*made, time.perf_counter() - start)
    if options.splices:
        start = time.perf_counter()
        spliced = measure_splices(listed, options.splices, detector, config, options.seed)
        result["splices"] = report(*spliced, time.perf_counter() - start)
    if options.pairs:
        start = time.perf_counter()
        result["pairs"] = report(*measure_pairs(listed, options.pairs, detector), time.perf_counter() - start)
    return result


if __name__ == "__main__":
    main()
