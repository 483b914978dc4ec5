from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from torch.utils.data import DataLoader

from fakestormer.data.batch import Batch, collate_pairs
from fakestormer.data.cache import TrackCrops, read_cache, write_tracks
from fakestormer.data.training_set import ClipSampling, SelfBlendedSet
from fakestormer.synthesis import SCHEMES, SynthesisConfig

NUM_PAIRS = 6


@pytest.fixture
def pairs(tmp_path: Path) -> SelfBlendedSet:
    """Pairs of a moving track and of a photograph, both drawn."""
    rng = np.random.default_rng(0)
    scheme = SCHEMES["ibug68"]
    angles = np.linspace(0, 2 * np.pi, scheme.num_points, endpoint=False)
    oval = 128 + np.stack([60 * np.cos(angles), 75 * np.sin(angles)], axis=1)
    for name, num_frames in (("moving", 6), ("photograph", 1)):
        still = cv2.resize(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8), (256, 256))
        images = np.stack([np.roll(still, shift, axis=1) for shift in range(num_frames)]).astype(np.uint8)
        points = oval + np.arange(num_frames)[:, None, None] * np.array([1.0, 0.0])
        frames = np.arange(num_frames)
        crops = TrackCrops(0, "ibug68", images, points, np.ones(num_frames, dtype=bool), frames, frames / 25)
        write_tracks(tmp_path / f"{name}.safetensors", [crops], f"{name}.mp4", name, "drawn")
    sampling = ClipSampling(still_share=0.5)
    return SelfBlendedSet(read_cache(tmp_path), sampling, SynthesisConfig(), seed=4, num_pairs=NUM_PAIRS)


def everything(batch: Batch) -> tuple[bytes, ...]:
    tensors = (batch.clips, batch.spatial_targets, batch.temporal_targets, batch.kept_patches)
    return tuple(tensor.numpy().tobytes() for tensor in tensors)


def test_a_pair_depends_on_its_number_and_not_on_what_came_before(pairs: SelfBlendedSet) -> None:
    forwards = [everything(collate_pairs([pairs[number]])) for number in (0, 1, 2)]
    assert [everything(collate_pairs([pairs[number]])) for number in (2, 1, 0)][::-1] == forwards
    assert len(set(forwards)) == 3


@pytest.mark.slow
def test_the_batches_are_the_same_whatever_the_number_of_workers(pairs: SelfBlendedSet) -> None:
    seen = []
    for workers in (0, 1, 2):
        context = "spawn" if workers else None
        loader = DataLoader(
            pairs, 2, collate_fn=collate_pairs, num_workers=workers, multiprocessing_context=context, shuffle=False
        )
        seen.append([everything(batch) for batch in loader])
    assert len(seen[0]) == NUM_PAIRS // 2
    assert seen[0] == seen[1] == seen[2]
