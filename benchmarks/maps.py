"""Which map finds the blended place: patch AUC on self-blended clips whose truth is known, with what a guess would get.

python benchmarks/maps.py CACHE [--clips 32] [--weights FILE]

CACHE is a folder that `fakestormer prepare` made. The truth of a patch is that its middle or its edge is blended.
`inside` is the AUC over clips at one place, mean over the places that are blended in 15 to 85 % of the clips: there
the guess "the middle" is worth 0.5.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.stats import rankdata

from fakestormer.data import read_cache
from fakestormer.detector import default_weights_path
from fakestormer.model import FakeSTormer, LiteFakeSTormer, attribute, load_weights, preprocess
from fakestormer.model.attribution import smoothed
from fakestormer.synthesis import NO_AUGMENTATION, SelfBlender, SynthesisConfig
from fakestormer.types import DataError

Maps = dict[str, np.ndarray]


def maps_of(model: FakeSTormer | LiteFakeSTormer, clips: torch.Tensor) -> Maps:
    """Every candidate's map of one clip (frames x rows x columns)."""
    network = model.fakestormer if isinstance(model, LiteFakeSTormer) else model
    with torch.no_grad():
        patches = network.embed(clips)
        temporal = network(clips).temporal_map
    embedded = patches.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(network.answer(embedded).logits.sum(), embedded)
    size = network.config.grid_size
    maps = {name: values.reshape(temporal.shape) for name, values in _candidates(patches, slope).items()}
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    maps = {name: smoothed(values) for name, values in maps.items()}
    maps |= {
        "as shipped": attribute(model, clips),
        "temporal head": temporal,
        "temporal head, smoothed": smoothed(temporal),
    }
    found = {name: values[0].numpy() for name, values in maps.items()}
    return {"guess: the middle": np.repeat(-np.hypot(rows, columns)[None], clips.shape[1], 0)} | found


def _candidates(own: torch.Tensor, slope: torch.Tensor) -> dict[str, torch.Tensor]:
    """What each candidate says of every patch of one embedding."""
    apart = own - own.mean((1, 2), keepdim=True)
    return {
        "gradient, size": slope.norm(dim=-1),
        "gradient x difference, signed": (slope * apart).sum(-1),
        "gradient x difference, sizes": (slope * apart).abs().sum(-1),
        "gradient x activation, signed": (slope * own).sum(-1),
        "difference alone": apart.norm(dim=-1),
    }


def area(truth: np.ndarray, values: np.ndarray) -> float:
    """AUC of values against a truth that has both kinds."""
    truth, ranks = truth.ravel(), rankdata(values.ravel())
    ones = int(truth.sum())
    return float((ranks[truth].sum() - ones * (ones + 1) / 2) / (ones * (truth.size - ones)))


def clips_of(cache: Path, count: int, size: int) -> Callable[[], object]:
    """A generator of (clip, truth) for `count` clips, each of another track."""
    blender = SelfBlender(replace(SynthesisConfig(), p_cutout=0.0, augmentation=NO_AUGMENTATION))
    rng = np.random.default_rng(1)
    tracks = [track for track in read_cache(cache) if len(track.clip_starts(4))]

    def generate() -> object:
        given = 0
        for seed, place in enumerate(rng.permutation(len(tracks))):
            starts = tracks[place].clip_starts(4)
            try:
                frames = tracks[place].read(rng.choice(starts) + np.arange(4))
                pair = blender.blend(*frames, tracks[place].scheme, seed)
            except DataError:
                continue
            shape = (4, size, pair.mask.shape[1] // size, size, pair.mask.shape[2] // size)
            truth = (pair.mask.reshape(shape).mean((2, 4)) > 0.5) | (
                pair.vulnerability.reshape(shape).max((2, 4)) > 0.5
            )
            if truth.all() or not truth.any():
                continue
            yield pair.fake, truth
            given += 1
            if given == count:
                return

    return generate


def main() -> None:
    """Prints one line a map."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--clips", type=int, default=32)
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    weights = load_weights(options.weights or default_weights_path())
    model, spec = weights.model.eval(), weights.clip_spec
    assert isinstance(model, FakeSTormer | LiteFakeSTormer), "maps are made of a network of this project"
    truths, found = [], dict[str, list[np.ndarray]]()
    for clip, truth in clips_of(options.cache, options.clips, model.config.grid_size)():
        truths.append(truth)
        for name, values in maps_of(model, preprocess(torch.from_numpy(clip)[None], spec.mean, spec.std)).items():
            found.setdefault(name, []).append(values)
    last = np.stack(truths)[:, -1]
    share = last.mean(0)
    places = list(zip(*np.nonzero((share > 0.15) & (share < 0.85)), strict=True))
    print(f"{len(truths)} clips, {len(places)} places that are blended in some and not in others")
    for name, maps in found.items():
        whole = np.mean([area(truth, values) for truth, values in zip(truths, maps, strict=True)])
        inside = np.mean([area(last[:, i, j], np.stack(maps)[:, -1, i, j]) for i, j in places])
        print(f"{name:32s} AUC {whole:.3f}  inside {inside:.3f}")


if __name__ == "__main__":
    main()
