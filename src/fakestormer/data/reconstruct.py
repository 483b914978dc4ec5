"""Genuine crops -> a cache of their reconstructions by an autoencoder: decoder-made fakes (beyond the paper)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import UInt8
from numpy import ndarray

from fakestormer.data.cache import CachedTrack, Forgery, TrackCrops, write_index, write_tracks
from fakestormer.model.taef2 import STRIDE, Autoencoder

SCALES = (0.5, 1.0)  # size at which a crop passes the autoencoder, as a share of its own
LATENT_NOISE = (0.0, 0.25)  # deviation, in deviations of the picture's own latents; a half of the crops has none
METHOD = "TAEF2 reconstruction"

Observer = Callable[[int], None]


def reconstruct(
    tracks: Sequence[CachedTrack],
    model: Autoencoder,
    folder: Path,
    frames_per_film: int,
    seed: int,
    precision: torch.dtype = torch.float32,
    observe: Observer | None = None,
) -> int:
    """How many reconstructed frames the cache in `folder` holds; a track that is there is not done again.

    Args:
        tracks: genuine tracks; of a photograph its one frame is taken, of a film `frames_per_film`, evenly spread.
        model: the autoencoder.
        folder: the cache of the reconstructions.
        frames_per_film: frames of every film.
        seed: of scales and noise; a track's reconstructions do not depend on the others.
        precision: the precision of the convolutions.
        observe: hears how many tracks are done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for number, track in enumerate(tracks):
        path = folder / f"{track.path.stem}-{track.track_id}.safetensors"
        places = _places(track, 1 if track.is_still else frames_per_film)
        count += len(places)
        if not path.exists() and places:
            rng = np.random.default_rng([seed, int.from_bytes(track.source.encode()[-8:], "little"), track.track_id])
            images, points = track.read(places)
            made = np.stack([_pass(model, image, rng, precision) for image in images])
            crops = TrackCrops(
                track_id=track.track_id,
                scheme=track.scheme,
                images=made,
                landmarks=points.astype(np.float64),
                found=np.ones(len(places), bool),
                frame_index=np.array(places),
                time=np.zeros(len(places)),
            )
            forgery = Forgery(METHOD, track.source, tuple(places))
            write_tracks(path, [crops], f"{track.source}#{METHOD}", track.identity, track.group, forgery)
        if observe:
            observe(number + 1)
    write_index(folder)
    return count


def _places(track: CachedTrack, wanted: int) -> list[int]:
    found = np.flatnonzero(track.found)
    if not len(found):
        return []
    chosen = np.linspace(0, len(found) - 1, num=min(wanted, len(found))).round().astype(int)
    return [int(found[place]) for place in chosen]


@torch.inference_mode()
def _pass(
    model: Autoencoder, image: UInt8[ndarray, "size size 3"], rng: np.random.Generator, precision: torch.dtype
) -> UInt8[ndarray, "size size 3"]:
    """One crop through the autoencoder at a drawn size, with drawn noise on its latents."""
    size = image.shape[0]
    small = max(STRIDE, round(float(rng.uniform(*SCALES)) * size / STRIDE) * STRIDE) if rng.random() < 0.5 else size
    if small != size:
        image = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
    pictures = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].float() / 255
    with torch.autocast("cpu", precision, enabled=precision != torch.float32):
        latents = model.encode(pictures).float()
        if rng.random() < 0.5:
            noise = torch.from_numpy(rng.standard_normal(latents.shape)).float()
            latents = latents + float(rng.uniform(*LATENT_NOISE)) * latents.std() * noise
        decoded = model.decode(latents).float()
    made: UInt8[ndarray, "size size 3"] = (decoded[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    if small != size:
        made = cv2.resize(made, (size, size), interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    return made
