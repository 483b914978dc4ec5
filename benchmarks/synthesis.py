"""Milliseconds of one self-blended pair by stage, pairs a second on one core, and the floor under them, as JSON.

Run: python benchmarks/synthesis.py. One thread, CPU time, a clip of four frames of 256 pixels drawn on the spot. Every
seed is repeated and its fastest run counts; the mean is over seeds, so every step weighs as often as it is drawn.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from floor import count_floor
from numpy import ndarray

from fakestormer.data import TrackCrops, collate_pairs, read_cache, write_tracks
from fakestormer.synthesis import SCHEMES, SelfBlender, augment, colour, film_still, video
from fakestormer.video.recode import recode_images

NUM_SEEDS, NUM_REPEATS = 300, 3
SIZE, NUM_FRAMES, SCHEME = 256, 4, "facemesh468"
# Where the pipeline calls what: module, name, and the stage that its time counts for.
STAGES: tuple[tuple[Any, str, str], ...] = (
    (video, "draw_parameters", "draws"),
    (video, "interpolate_landmarks", "landmarks"),
    (video, "draw_masks", "masks"),
    (video, "show", "source and target resampled"),
    (video, "mirror", "mirroring"),
    (colour, "recolour", "blending colour"),
    (colour, "change_detail", "blending detail"),
    (video, "blend", "blend"),
    (video, "vulnerability", "targets"),
    (video, "pool_patches", "targets"),
    (video, "spatial_target", "targets"),
    (video, "temporal_targets", "targets"),
    (video, "draw_kept_patches", "cutout"),
    (video, "cut_patches", "cutout"),
    (augment, "recolour", "final colour"),
    (augment, "reduce_and_enlarge", "final low resolution"),
    (augment, "blur", "final blur"),
    (augment, "sensor_noise", "final noise"),
    (augment, "lay_noise", "final noise"),
    (augment, "compress_jpeg", "final JPEG"),
)
# Face parts as ellipses in a face of unit width and height: centre, radii and the arc in degrees.
ARCS = {
    "right_jaw": (0.5, 0.4, 0.40, 0.55, 180, 90),
    "left_jaw": (0.5, 0.4, 0.40, 0.55, 0, 90),
    "right_cheek": (0.28, 0.58, 0.10, 0.10, 0, 330),
    "left_cheek": (0.72, 0.58, 0.10, 0.10, 0, 330),
    "forehead": (0.5, 0.4, 0.40, 0.38, 190, 350),
    "right_brow": (0.33, 0.33, 0.12, 0.04, 180, 360),
    "left_brow": (0.67, 0.33, 0.12, 0.04, 180, 360),
    "right_eye": (0.33, 0.42, 0.08, 0.03, 0, 330),
    "left_eye": (0.67, 0.42, 0.08, 0.03, 0, 330),
    "nose_ridge": (0.5, 0.5, 0.01, 0.10, -90, 90),
    "nose": (0.5, 0.62, 0.09, 0.04, 0, 180),
    "mouth": (0.5, 0.76, 0.15, 0.06, 0, 330),
}


class Stopwatch:
    """CPU nanoseconds by stage, each without the stages inside it; entering and leaving a stage costs about 0.5 us."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = defaultdict(int)
        self._stage = "rest"
        self._since = 0

    def start(self) -> None:
        """Forgets everything; time counts for "rest" from now on."""
        self.spent.clear()
        self._stage, self._since = "rest", time.process_time_ns()

    def turn_to(self, stage: str) -> str:
        """The stage so far; from now on the time counts for the one named."""
        now = time.process_time_ns()
        self.spent[self._stage] += now - self._since
        before, self._stage, self._since = self._stage, stage, now
        return before

    def watch(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """The same function; its time counts for the stage."""

        def watched(*args: Any, **kwargs: Any) -> Any:
            before = self.turn_to(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self.turn_to(before)

        return watched


def draw_clip() -> tuple[ndarray, ndarray]:
    """Four frames with the spectrum of a photograph and a little noise, filmed by hand, and a face's landmarks."""
    rng = np.random.default_rng(0)
    picture = np.full((SIZE, SIZE, 3), 120.0)
    for cells in (4, 8, 16, 32, 64, 128):
        octave = rng.normal(0, 120 / cells**0.75, (cells, cells, 3))
        picture += cv2.resize(octave, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    scheme = SCHEMES[SCHEME]
    unit = np.full((scheme.num_points, 2), (0.5, 0.6))
    for region, (x, y, radius_x, radius_y, start, end) in ARCS.items():
        indices = list(scheme.regions[region])  # type: ignore[index]
        angles = np.radians(np.linspace(start, end, len(indices)))
        unit[indices] = np.stack([x + radius_x * np.cos(angles), y + radius_y * np.sin(angles)], axis=1)
    still = np.clip(picture, 0, 255).astype(np.uint8)
    return film_still(still, SIZE * (0.2 + 0.6 * unit), NUM_FRAMES, rng)


def time_pairs(blender: SelfBlender, watch: Stopwatch) -> dict[str, float]:
    """Mean milliseconds a pair by stage."""
    clip = draw_clip()
    # As in training: once a batch was put together, the C library keeps freed memory instead of giving it back.
    collate_pairs([blender.blend(*clip, SCHEME, seed) for seed in range(6)])
    sums: dict[str, float] = defaultdict(float)
    for seed in range(NUM_SEEDS):
        fastest: dict[str, int] = {}
        for _ in range(NUM_REPEATS):
            watch.start()
            blender.blend(*clip, SCHEME, seed)
            watch.turn_to("rest")
            if not fastest or sum(watch.spent.values()) < sum(fastest.values()):
                fastest = dict(watch.spent)
        for stage, spent in fastest.items():
            sums[stage] += spent / 1e6 / NUM_SEEDS
    return dict(sums)


def cache_read_ms() -> float:
    """Milliseconds to read four of 32 frames from a track cache whose file is in memory; median of many."""
    images, points = draw_clip()
    images, points = np.tile(images, (8, 1, 1, 1)), np.tile(points, (8, 1, 1)).astype(np.float32)
    count = np.arange(len(images))
    crops = TrackCrops(0, SCHEME, images, points, np.ones(len(images), dtype=bool), count, count / 25)
    with tempfile.TemporaryDirectory() as folder:
        write_tracks(Path(folder) / "clip.safetensors", [crops], "drawn", "nobody", "drawn")
        track = read_cache(Path(folder))[0]
        spent = []
        for _ in range(100):
            since = time.process_time_ns()
            track.read(np.arange(NUM_FRAMES))
            spent.append((time.process_time_ns() - since) / 1e6)
    return float(np.median(spent))


def main() -> None:
    """Prints the table."""
    cv2.setNumThreads(1)
    watch = Stopwatch()
    for module, name, stage in STAGES:
        setattr(module, name, watch.watch(getattr(module, name), stage))
    stages = time_pairs(SelfBlender(), watch)
    with_codec = time_pairs(SelfBlender(recode=watch.watch(recode_images, "recode")), watch)
    total, floor = sum(stages.values()), count_floor()
    table = {
        "cores": os.cpu_count(),
        "milliseconds a pair": {stage: round(spent, 3) for stage, spent in stages.items()},
        "total": round(total, 2),
        "pairs/s/core": round(1000 / total, 1),
        "video codec, extra": round(with_codec["recode"], 2),
        "reading four frames from the cache, extra": round(cache_read_ms(), 2),
        "floor": {entry: round(value, 3) for entry, value in floor.items()},
        "times the floor": round(total / floor["total"], 2),
    }
    print(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
