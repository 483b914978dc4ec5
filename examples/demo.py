"""From nothing to two verdicts: a short film of a well-known picture, its self-blended twin, and what is made of both.

The picture is scikit-image's astronaut (NASA, public domain), filmed by an imaginary hand-held camera. Run it with
`make demo`; it writes the two videos, the report page and the pictures of the report into the folder `--out`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from skimage.data import astronaut

import fakestormer as fs
from fakestormer.cli.wording import describe
from fakestormer.synthesis import NO_AUGMENTATION, SelfBlender, SynthesisConfig, film_still
from fakestormer.video import write_video

FRAME_RATE = 25.0
NUM_FRAMES = 75
LANDMARKS = Path(__file__).with_name("astronaut_landmarks.json")
# 13 patches of 14 pixels: the crop is cut and put back without resampling.
CROP_SIZE = 182
CAMERA_SEED = 3
BLENDING_SEED = 4


def film_astronaut() -> tuple[np.ndarray, np.ndarray, str]:
    """Frames (NUM_FRAMES x 512 x 512 x 3), landmarks of the face (NUM_FRAMES x points x 2) and their scheme."""
    known = json.loads(LANDMARKS.read_text(encoding="utf-8"))
    points = np.array(known["points"])
    frames, landmarks = film_still(astronaut(), points, NUM_FRAMES, np.random.default_rng(CAMERA_SEED))
    return frames, landmarks, known["scheme"]


def make_twin(frames: np.ndarray, landmarks: np.ndarray, scheme: str) -> np.ndarray:
    """The same film with the face blended with a slightly changed copy of itself, in every frame."""
    left, top = np.round(landmarks.mean(axis=(0, 1)) - CROP_SIZE / 2).astype(int)
    region = np.s_[:, top : top + CROP_SIZE, left : left + CROP_SIZE]
    config = replace(
        SynthesisConfig(p_regenerated_source=1.0),  # softer than its surroundings, as the default weights learnt it
        image_size=CROP_SIZE,
        crop_margin=(0.0, 0.0),
        p_flip=0.0,
        p_cutout=0.0,
        p_change_target=0.0,
        blend_ratios=(1.0,),
        augmentation=NO_AUGMENTATION,
    )
    pair = SelfBlender(config).blend(frames[region], landmarks - [left, top], scheme, BLENDING_SEED)
    twin = frames.copy()
    twin[region] = pair.fake
    return twin


def main() -> None:
    """Makes the two films, judges both, writes the report."""
    parser = argparse.ArgumentParser(description="Judge a short film and its self-blended twin.")
    parser.add_argument("--out", type=Path, default=Path("out/demo"))
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    frames, landmarks, scheme = film_astronaut()
    videos = {"real.mp4": frames, "self_blended.mp4": make_twin(frames, landmarks, scheme)}
    detector = fs.Detector.load()
    verdicts = []
    for name, images in videos.items():
        write_video(out / name, images, FRAME_RATE)
        verdict = detector.detect(out / name)
        fs.write_pictures(verdict, out / "pictures" / Path(name).stem)
        verdicts.append(verdict)
        print(describe(verdict))
    fs.write_html(verdicts, out / "report.html")
    print(f"the report page is {out / 'report.html'}, its pictures are in {out / 'pictures'}")


if __name__ == "__main__":
    main()
