"""Videos forged by techniques that no recipe trains with, of people whom no recipe trains on, and their manifest.

python -m benchmarks.crafted_forgeries --manifest train.csv --out DIR [--seconds 2.2] [--swaps 2]

Genuine videos of the manifest (columns file, label, group, identity) whose person is held out by the recipes become,
each with the faces of the `--swaps` others that fit best, with the mouth of another moment, and as a re-animated still;
and once more as they are, encoded alike. `fakestormer evaluate --manifest DIR/manifest.csv --out EVALUATION` scores
them as any other set. Videos that are there already are kept, so an interrupted run goes on; a folder made otherwise is
refused. No step trains on these people, but a run's vote is scaled on them and its validation watches them. What is
made is crude, meant to test detectors with and nothing else: it shows people who were not asked, so keep it where it
was made.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from benchmarks.craft import FilmedFace, film_face, paste_mouth, reanimate, swap_face
from jaxtyping import UInt8
from numpy import ndarray
from scipy.spatial import QhullError

from fakestormer.data import is_held_out
from fakestormer.evaluation import ManifestRow, read_manifest
from fakestormer.faces.backends.facemesh import FaceMeshLandmarker, find_landmark_model
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.synthesis import source_misfit
from fakestormer.training import Validation
from fakestormer.types import DataError, FakestormerError
from fakestormer.video import write_video

COLUMNS = ("file", "label", "group", "family", "method", "identity", "pair_of")
NOTE = "made.json"
METHODS = {
    "swap": "mesh and Poisson blending",
    "mouth": "another moment, Poisson blending",
    "reanimation": "one still along landmarks",
}
CRF = (18, 30)
MAKING = 1  # to be raised where the same options make other videos

Squares = UInt8[ndarray, "frames side side 3"]
Images = Iterator[UInt8[ndarray, "height width 3"]]


def people_held_out(rows: tuple[ManifestRow, ...]) -> list[ManifestRow]:
    """The first genuine video of every person whom no run trains on."""
    first: dict[str, ManifestRow] = {}
    for row in rows:
        identity = dict(row.carried).get("identity", "")
        if row.label == "real" and identity and is_held_out(identity, Validation().held_out):
            first.setdefault(identity, row)
    return list(first.values())


def forge(face: FilmedFace, others: list[FilmedFace], technique: str, seed: list[int]) -> Squares:
    """The face's squares by one technique: "mouth", "reanimation", or "swap" and the place of the other that fits."""
    rng = np.random.default_rng(seed)
    if technique == "mouth":
        return paste_mouth(face, rng)
    if technique == "reanimation":
        return reanimate(face)
    # Those whose pose and shape fit best: a face seen from the side on one seen from the front deceives nobody.
    best = sorted(others, key=lambda other: source_misfit(other.landmarks[:1], face.landmarks[:1]))
    return swap_face(face, best[int(technique.removeprefix("swap"))], rng)


def forged_frames(face: FilmedFace, others: list[FilmedFace], technique: str, seed: list[int]) -> Images:
    """The film's whole frames with that forgery; nothing is made before the first is asked for."""
    yield from face.whole_frames(forge(face, others, technique, seed))


def film_all(rows: list[ManifestRow], seconds: float, model: Path | None) -> list[tuple[ManifestRow, FilmedFace]]:
    """Every film that can be used, with its face; the others are named."""
    detector, landmarker = LibfaceDetector(max_size=640), FaceMeshLandmarker(find_landmark_model(model))
    filmed = []
    for row in rows:
        try:
            filmed.append((row, film_face(row.path, seconds, detector, landmarker)))
        except FakestormerError as error:  # noqa: PERF203  (a film that cannot be used costs itself alone)
            print(f"{row.file}: {error}")
    return filmed


def craft(options: argparse.Namespace) -> list[tuple[str, ...]]:
    """The rows of the manifest of what was made now or before."""
    listed = read_manifest(options.manifest)
    making = {name: getattr(options, name) for name in ("seconds", "swaps", "seed")}
    making |= {"making": MAKING, "manifest": listed.sha256}
    _refuse_another_making(options.out, making)
    model = Path(options.landmark_model) if options.landmark_model else None
    filmed = film_all(people_held_out(listed.rows), options.seconds, model)
    if len(filmed) <= options.swaps:
        raise DataError(
            f"{options.manifest} has usable films of {len(filmed)} people held out, --swaps {options.swaps} needs "
            "more: give a manifest with the column identity and more people"
        )
    (options.out / NOTE).write_text(json.dumps(making) + "\n", "utf-8")
    rows: list[tuple[str, ...]] = []
    for place, (row, face) in enumerate(filmed):
        digest = hashlib.sha256(row.file.encode()).hexdigest()
        identity, name, seed = dict(row.carried)["identity"], digest[:12], [options.seed, int(digest[:8], 16)]
        crf = int(np.random.default_rng(seed).integers(CRF[0], CRF[1] + 1))
        twin = f"{name}-genuine.mp4"
        others = [other for k, (_, other) in enumerate(filmed) if k != place]
        techniques = [*(f"swap{number}" for number in range(options.swaps)), "mouth", "reanimation"]
        try:
            _write(options.out / twin, face.whole_frames(), face.frame_rate, crf)
            rows.append((twin, "real", "crafted", "", "", identity, ""))
            for number, technique in enumerate(techniques):
                file, family = f"{name}-{technique}.mp4", technique.rstrip("0123456789")
                images = forged_frames(face, others, technique, [*seed, number])
                _write(options.out / file, images, face.frame_rate, crf)
                rows.append((file, "fake", "crafted", family, METHODS[family], identity, twin))
        except (FakestormerError, cv2.error, QhullError) as error:  # landmarks that no mesh can be made of
            print(f"{row.file}: {error}")
        print(f"{place + 1} of {len(filmed)}: {row.file}", flush=True)
    return rows


def _refuse_another_making(out: Path, making: dict[str, Any]) -> None:
    """DataError where the folder holds videos made with other settings, otherwise or from another manifest."""
    out.mkdir(parents=True, exist_ok=True)
    try:
        made = json.loads((out / NOTE).read_text("utf-8"))
    except FileNotFoundError:
        return
    except ValueError:
        made = None
    if made != making:
        raise DataError(f"{out} holds videos of another making ({NOTE} says which): choose another folder")


def main() -> None:
    """Writes the videos and DIR/manifest.csv."""
    parser = argparse.ArgumentParser(description="Forge videos of people held out by techniques that nobody trains on.")
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=2.2, help="length of the videos")
    parser.add_argument("--swaps", type=int, default=2, help="other people whose faces each person gets")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--landmark-model", type=Path, default=os.environ.get("FAKESTORMER_LANDMARK_MODEL"))
    options = parser.parse_args()
    if not (math.isfinite(options.seconds) and options.seconds > 0) or options.swaps < 0 or options.seed < 0:
        parser.error("--seconds must be positive, --swaps and --seed at least 0")
    try:
        rows = craft(options)
    except (FakestormerError, OSError) as error:
        sys.exit(f"crafted_forgeries: {error}")
    with (options.out / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])
    print(f"{len(rows)} videos listed in {options.out / 'manifest.csv'}")


def _write(path: Path, images: Images, frame_rate: float, crf: int) -> None:
    """The video at once or not at all; one that is there stays, and nothing is made for it."""
    if not path.exists():
        part = path.with_name(f"part-{path.name}")
        try:
            write_video(part, images, frame_rate, crf)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
