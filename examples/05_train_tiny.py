"""A training run that goes through everything in a minute: cache, recipe, losses, weights, a verdict by them.

python examples/05_train_tiny.py [--out FOLDER] [--steps 30]

The cache is made of one well-known picture under a moving camera and six lights, so nothing is learned that is of use;
what it shows is the way. With videos of your own: `fakestormer prepare` makes the cache, and the recipe is
`fakestormer.recipes.lite:lite`.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

import fakestormer as fs
from fakestormer.data import ClipSampling, TrackCrops, write_tracks
from fakestormer.model import ModelConfig
from fakestormer.synthesis import SynthesisConfig, film_still
from fakestormer.training import Optimisation, TrainRun, Validation, train
from fakestormer.types import ClipSpec

cut_face = importlib.import_module("03_make_pseudo_fakes").cut_face
DEMO_FILM = Path("out/demo/self_blended.mp4")
NUM_FRAMES = 12
LIGHTS = {  # red, green, blue; each stands for a person, the last of them held out
    "anna": (1.0, 1.0, 1.0), "bo": (1.0, 0.9, 0.8), "cy": (0.8, 0.9, 1.0),
    "dee": (0.7, 0.7, 0.7), "fay": (0.9, 1.0, 0.9), "edda": (0.6, 0.7, 0.6),
}  # fmt: skip


def write_cache(folder: Path) -> Path:
    """A track cache with one film a light, as `fakestormer prepare` writes it for videos."""
    folder.mkdir(parents=True)
    picture, points, scheme = cut_face()
    for seed, (name, light) in enumerate(LIGHTS.items()):
        lit = np.clip(picture * np.array(light), 0, 255).astype(np.uint8)
        images, landmarks = film_still(lit, points, NUM_FRAMES, np.random.default_rng(seed))
        moments = np.arange(NUM_FRAMES)
        track = TrackCrops(0, scheme, images, landmarks, np.ones(NUM_FRAMES, bool), moments, moments / 25)
        write_tracks(folder / f"{name}.safetensors", [track], f"{name}.mp4", name, "astronaut")
    return folder


def tiny(num_steps: int) -> TrainRun:
    """A recipe is a function that returns a run; this one is small enough for any machine."""
    return TrainRun(
        name="tiny",
        model=ModelConfig(name="tiny", width=32, depth=2, num_heads=2, image_size=64),
        clip_spec=ClipSpec(image_size=64),
        sampling=ClipSampling(still_share=0.3),
        synthesis=SynthesisConfig(image_size=64, num_rows=4, num_columns=4),
        optimisation=Optimisation(num_steps=num_steps, pairs_per_step=4, peak_rate=2e-3),
        validation=Validation(held_out=0.15, num_pairs=4, every=num_steps),
        num_workers=0,
        checkpoint_every=num_steps,
    )


def show(step: int, kind: str, numbers: dict[str, float]) -> None:
    """Prints every tenth step and the validation; the loop tells of each."""
    if kind != "train" or step % 10 == 0:
        print(f"  {kind} {step + 1}: " + ", ".join(f"{name} {value:.3f}" for name, value in numbers.items()))


def main() -> None:
    """Makes the cache, trains, and judges the demo's film by the new weights."""
    parser = argparse.ArgumentParser(description="Train a tiny network.")
    parser.add_argument("--out", type=Path, default=Path("out/tiny"))
    parser.add_argument("--steps", type=int, default=30)
    options = parser.parse_args()
    shutil.rmtree(options.out, ignore_errors=True)
    cache = write_cache(options.out / "cache")
    weights = train(tiny(options.steps), [cache], options.out / "run", observe=show)
    print(f"wrote {weights}")
    # One change to a run is one `replace`, recorded whole in run.json.
    print("the same without the spatial head:", replace(tiny(options.steps).loss, spatial=0.0))
    if DEMO_FILM.exists():
        verdict = fs.Detector.load(weights).detect(DEMO_FILM)
        print(f"{DEMO_FILM}: {verdict.decision.name}, logit {verdict.faces[0].logit:+.2f}; not calibrated")


if __name__ == "__main__":
    main()
