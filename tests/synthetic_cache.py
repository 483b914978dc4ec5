"""A track cache made on the spot: people drawn from a seed, with landmarks, without any detector or file."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from fakestormer.data.cache import TrackCrops, write_tracks

ROOT = Path(__file__).parents[1]
SIZE = 256
# Of these names only "edda" is held out at `held_out=0.15`: the split goes by the hash of the name.
PEOPLE = ("anna", "bo", "edda")


def write_synthetic_cache(folder: Path, num_frames: int = 10) -> Path:
    """The folder with one film of each person and one photograph."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(PEOPLE):
        write_tracks(folder / f"{name}.safetensors", [drawn_track(seed, num_frames)], f"{name}.mp4", name, "drawn")
    write_tracks(folder / "dee.safetensors", [drawn_track(len(PEOPLE), 1)], "dee.png", "dee", "drawn")
    return folder


def drawn_track(seed: int, num_frames: int) -> TrackCrops:
    """A textured oval with a face mesh's points on it, drifting by half a pixel a frame."""
    rng = np.random.default_rng(seed)
    texture = cv2.GaussianBlur(rng.normal(size=(SIZE + 64, SIZE + 64, 3)), (0, 0), 2) * 120
    texture += cv2.GaussianBlur(rng.normal(size=(SIZE + 64, SIZE + 64, 3)), (0, 0), 16) * 500 + rng.uniform(90, 160, 3)
    texture = np.clip(texture, 0, 255).astype(np.uint8)
    images, landmarks = [], []
    for index in range(num_frames):
        corner = index // 2
        image = np.ascontiguousarray(texture[corner : corner + SIZE, corner : corner + SIZE])
        points = face_points() + rng.normal(0, 0.1, (468, 2)) - corner
        hull = cv2.convexHull(points.astype(np.float32)).astype(np.int32)
        skin = tuple(int(level) for level in (205 - 20 * seed, 160 - 10 * seed, 130))
        face = cv2.fillConvexPoly(image.copy(), hull, skin)
        images.append(cv2.addWeighted(image, 0.4, face, 0.6, 0))
        landmarks.append(points)
    return TrackCrops(
        track_id=0,
        scheme="facemesh468",
        images=np.stack(images),
        landmarks=np.stack(landmarks),
        found=np.ones(num_frames, bool),
        frame_index=np.arange(num_frames),
        time=np.arange(num_frames) / 25,
    )


def face_points() -> np.ndarray:
    """The 468 points of a face in the middle of a crop, pixels."""
    known = json.loads((ROOT / "examples" / "astronaut_landmarks.json").read_text(encoding="utf-8"))
    points = np.array(known["points"])
    unit = (points - points.min(axis=0)) / np.ptp(points, axis=0)
    corner, size = np.array([58, 48]), np.array([140, 165])
    return np.asarray(corner + unit * size)
