"""Videos forged by techniques that no recipe trains with, of people whom no recipe trains on, and their manifest.

python benchmarks/crafted_forgeries.py --manifest train.csv --out DIR [--seconds 2.2] [--swaps 2]

Genuine videos of the manifest (columns file, label, group, identity) whose person is held out by the recipes become,
each with the faces of the `--swaps` others that fit best, with the mouth of another moment, and as a re-animated still;
and once more as they are, encoded alike. `fakestormer evaluate --manifest DIR/manifest.csv --out EVALUATION` scores
them as any other set. Videos that are there already are kept, so an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.data.crafted_forgery import FilmedFace, film_face, paste_mouth, reanimate, swap_face
from fakestormer.data.training_set import is_held_out
from fakestormer.evaluation import ManifestRow, read_manifest
from fakestormer.faces.backends.facemesh import FaceMeshLandmarker, find_landmark_model
from fakestormer.faces.backends.libface import LibfaceDetector
from fakestormer.synthesis import source_misfit
from fakestormer.training import Validation
from fakestormer.types import FakestormerError
from fakestormer.video import write_video

COLUMNS = ("file", "label", "group", "family", "method", "identity", "pair_of")
METHODS = {
    "swap": "mesh and Poisson blending",
    "mouth": "another moment, Poisson blending",
    "reanimation": "one still along landmarks",
}
CRF = (18, 30)

Forged = tuple[str, UInt8[ndarray, "frames side side 3"]]


def people_held_out(rows: tuple[ManifestRow, ...]) -> list[ManifestRow]:
    """The first genuine video of every person whom no run trains on."""
    first: dict[str, ManifestRow] = {}
    for row in rows:
        identity = dict(row.carried).get("identity", "")
        if row.label == "real" and identity and is_held_out(identity, Validation().held_out):
            first.setdefault(identity, row)
    return list(first.values())


def forge(place: int, faces: list[FilmedFace], num_swaps: int, seed: int) -> Iterator[Forged]:
    """The forgeries of one face: technique, with a number where there are several, and the new squares."""
    rng = np.random.default_rng([seed, place])
    here = faces[place].landmarks[:1]
    others = [face for k, face in enumerate(faces) if k != place]
    # Those whose pose and shape fit best: a face seen from the side on one seen from the front deceives nobody.
    best = sorted(others, key=lambda face: source_misfit(face.landmarks[:1], here))[:num_swaps]
    for number, other in enumerate(best):
        yield f"swap{number}", swap_face(faces[place], other, rng)
    yield "mouth", paste_mouth(faces[place], rng)
    yield "reanimation", reanimate(faces[place])


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
    options.out.mkdir(parents=True, exist_ok=True)
    model = Path(options.landmark_model) if options.landmark_model else None
    detector, landmarker = LibfaceDetector(max_size=640), FaceMeshLandmarker(find_landmark_model(model))
    filmed: list[tuple[ManifestRow, FilmedFace]] = []
    for row in people_held_out(read_manifest(options.manifest).rows):
        try:
            filmed.append((row, film_face(row.path, options.seconds, detector, landmarker)))
        except FakestormerError as error:  # noqa: PERF203  (a film that cannot be used costs itself alone)
            print(f"{row.file}: {error}")
    faces = [face for _, face in filmed]
    listed: list[tuple[str, ...]] = []
    for place, (row, face) in enumerate(filmed):
        identity, name = dict(row.carried)["identity"], hashlib.sha256(row.file.encode()).hexdigest()[:12]
        crf = int(np.random.default_rng([options.seed, place, 1]).integers(CRF[0], CRF[1] + 1))
        twin = f"{name}-genuine.mp4"
        _write(options.out / twin, face.whole_frames(), face.frame_rate, crf)
        listed.append((twin, "real", "crafted", "", "", identity, ""))
        for technique, squares in forge(place, faces, options.swaps, options.seed):
            file, family = f"{name}-{technique}.mp4", technique.rstrip("0123456789")
            _write(options.out / file, face.whole_frames(squares), face.frame_rate, crf)
            listed.append((file, "fake", "crafted", family, METHODS[family], identity, twin))
        print(f"{place + 1} of {len(filmed)}: {row.file}", flush=True)
    with (options.out / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([COLUMNS, *listed])
    print(f"{len(listed)} videos of {len(filmed)} people listed in {options.out / 'manifest.csv'}")


def _write(path: Path, images: Iterable[UInt8[ndarray, "height width 3"]], frame_rate: float, crf: int) -> None:
    """The video at once or not at all; one that is there stays."""
    if not path.exists():
        part = path.with_name(f"part-{path.name}")
        write_video(part, images, frame_rate, crf)
        part.replace(path)


if __name__ == "__main__":
    main()
