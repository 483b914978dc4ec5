"""Self-blended pairs of a well-known picture: what the training sees, as contact sheets a person can judge.

python examples/03_make_pseudo_fakes.py [--out FOLDER] [--seeds 0 1 2]

The picture is scikit-image's astronaut with known landmarks, so no landmark model is needed. For a video of your own:
`fakestormer synthesize VIDEO --out FOLDER` (it finds the landmarks itself; extra `train`).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from skimage.data import astronaut

from fakestormer.synthesis import SelfBlender, draw_contact_sheet, film_still
from fakestormer.video.recode import recode_images

LANDMARKS = Path(__file__).with_name("astronaut_landmarks.json")
CROP_SIZE = 256
NUM_FRAMES = 4
FACE_SHARE = 1.5  # the face's box, enlarged by a quarter of its size on each side


def cut_face() -> tuple[np.ndarray, np.ndarray, str]:
    """The face as a crop of CROP_SIZE pixels, its landmarks in that crop, and their scheme."""
    known = json.loads(LANDMARKS.read_text(encoding="utf-8"))
    points = np.array(known["points"])
    low, high = points.min(axis=0), points.max(axis=0)
    side = round(FACE_SHARE * float((high - low).max()))
    left, top = np.round((low + high - side) / 2).astype(int)
    crop = astronaut()[top : top + side, left : left + side]
    resized = cv2.resize(crop, (CROP_SIZE, CROP_SIZE), interpolation=cv2.INTER_CUBIC)
    return resized, (points - [left, top]) * CROP_SIZE / side, known["scheme"]


def main() -> None:
    """Writes one contact sheet for each seed and says what was drawn."""
    parser = argparse.ArgumentParser(description="Make self-blended pairs and look at them.")
    parser.add_argument("--out", type=Path, default=Path("out/pseudo_fakes"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    picture, points, scheme = cut_face()
    blender = SelfBlender(recode=recode_images)
    for seed in options.seeds:
        clip, landmarks = film_still(picture, points, NUM_FRAMES, np.random.default_rng(seed))
        pair = blender.blend(clip, landmarks, scheme, seed)  # the same seed always gives the same pair
        path = options.out / f"seed_{seed}.png"
        cv2.imwrite(str(path), draw_contact_sheet(pair)[..., ::-1])
        drawn = pair.parameters
        print(
            f"{path}: hull {drawn.mask.hull}, blend ratio {drawn.blend_ratio:g}, "
            f"{'target' if drawn.change_target else 'source'} changed, p(t) {np.round(pair.spatial_target, 2)}, "
            f"{int((~pair.kept_patches).sum())} of {pair.kept_patches.size} patches cut out"
        )


if __name__ == "__main__":
    main()
