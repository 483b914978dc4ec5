"""Cached real tracks -> real clip and its pseudo-fake, a pure function of (seed, number of the sample)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from torch.utils.data import Dataset

from fakestormer.data.cache import CachedTrack
from fakestormer.data.epochs import EpochOrder
from fakestormer.synthesis import (
    NO_AUGMENTATION,
    Recode,
    SelfBlendedPair,
    SelfBlender,
    SynthesisConfig,
    blend_frame_by_frame,
    film_still,
)
from fakestormer.types import ConfigError, DataError

Clip = tuple[UInt8[ndarray, "frames size size 3"], Float[ndarray, "frames points 2"]]
# A draw can ask for what a clip cannot give (a mask that leaves the crop): the same clip is drawn again, counted.
MAX_DRAWS = 8


@dataclass(frozen=True, slots=True)
class ClipSampling:
    """Which clips are drawn: length, strides to choose from, share of photographs, share of time-shifted sources.

    `whole_epochs`: instead of at random, every clip of every video once an epoch, as published (`epochs.py`).
    `redraw_every_frame` gives consistency up: an ablation (`synthesis/per_frame_parameters.py`).
    """

    num_frames: int = 4
    frame_strides: tuple[int, ...] = (1,)
    still_share: float = 0.25
    shifted_source_share: float = 0.0
    whole_epochs: bool = False
    redraw_every_frame: bool = False

    def __post_init__(self) -> None:
        for name in ("still_share", "shifted_source_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} is a share between 0 and 1, got {getattr(self, name)}")
        if self.whole_epochs and (self.still_share, self.shifted_source_share, self.frame_strides) != (0, 0, (1,)):
            raise ConfigError(
                f"whole_epochs cuts films in clips of stride 1, got still_share={self.still_share}, "
                f"shifted_source_share={self.shifted_source_share}, frame_strides={self.frame_strides}: leave them at "
                "0, 0 and (1,)"
            )
        if self.redraw_every_frame and self.shifted_source_share:
            raise ConfigError(
                f"redraw_every_frame and shifted_source_share={self.shifted_source_share} do not go together: set one"
            )


def split_identities(tracks: Sequence[CachedTrack], held_out: float) -> tuple[list[CachedTrack], list[CachedTrack]]:
    """(training, validation) tracks; a person is in one of the two, chosen by the hash of the identity's name."""
    aside = [is_held_out(track.identity, held_out) for track in tracks]
    training = [track for track, out in zip(tracks, aside, strict=True) if not out]
    return training, [track for track, out in zip(tracks, aside, strict=True) if out]


def is_held_out(identity: str, held_out: float) -> bool:
    """Whether a person is among that share of people whom no run trains on."""
    return int(hashlib.sha256(identity.encode()).hexdigest()[:8], 16) / 16**8 < held_out


class SelfBlendedSet(Dataset[SelfBlendedPair]):
    """Pair number k of an endless stream: the same for the same seed, whoever asks and in which order."""

    def __init__(
        self,
        tracks: Sequence[CachedTrack],
        sampling: ClipSampling,
        synthesis: SynthesisConfig,
        seed: int,
        num_pairs: int,
        recode: Recode | None = None,
    ) -> None:
        self._sampling = sampling
        self._blender = SelfBlender(synthesis, recode=recode)
        self._seed = seed
        self._num_pairs = num_pairs
        shortest = min(sampling.frame_strides)
        # The blend of a forgery with itself would teach that its genuine twin, a forgery, is genuine.
        genuine = [t for t in tracks if t.forgery is None]
        self._stills = [t for t in genuine if t.is_still and t.found.all()]
        self._moving = [t for t in genuine if not t.is_still and len(t.clip_starts(sampling.num_frames, shortest))]
        if not self._stills and not self._moving:
            raise DataError(
                f"none of {len(genuine)} genuine cached tracks has {sampling.num_frames} consecutive frames with "
                "landmarks: prepare more videos"
            )
        self._order = EpochOrder(self._moving, sampling.num_frames, seed) if sampling.whole_epochs else None

    def __len__(self) -> int:
        return self._num_pairs

    def __getitem__(self, number: int) -> SelfBlendedPair:
        cv2.setNumThreads(1)
        rng = np.random.default_rng([self._seed, number])
        refusals = []
        for attempt in range(MAX_DRAWS):
            if self._order and not attempt:
                track, target, source = self._clip_in_order(self._order, number)
            else:
                track, target, source = self._draw_clips(rng)
            seed = int(rng.integers(2**63))
            try:
                return self._blend(target, source, track.scheme, seed)
            except DataError as error:
                refusals.append(f"{track.source}: {error}")
        raise DataError(f"pair {number} could not be blended in {MAX_DRAWS} draws; last: {refusals[-1]}")

    def _blend(self, target: Clip, source: Clip | None, scheme: str, seed: int) -> SelfBlendedPair:
        if self._sampling.redraw_every_frame:
            return blend_frame_by_frame(self._blender, *target, scheme, seed)
        if source is None:
            return self._blender.blend(*target, scheme, seed)
        return self._blender.blend(*target, scheme, seed, source_images=source[0], source_landmarks=source[1])

    def _clip_in_order(self, order: EpochOrder, number: int) -> tuple[CachedTrack, Clip, None]:
        place, start = order.clip(number)
        track = self._moving[place]
        return track, track.read(start + np.arange(self._sampling.num_frames)), None

    def _draw_clips(self, rng: np.random.Generator) -> tuple[CachedTrack, Clip, Clip | None]:
        sampling = self._sampling
        if self._stills and (not self._moving or rng.random() < sampling.still_share):
            track = self._stills[rng.integers(len(self._stills))]
            image, points = track.read([0])
            return track, film_still(image[0], points[0], sampling.num_frames, rng), None
        track = self._moving[rng.integers(len(self._moving))]
        strides = [s for s in sampling.frame_strides if len(track.clip_starts(sampling.num_frames, s))]
        stride = strides[rng.integers(len(strides))]
        starts = track.clip_starts(sampling.num_frames, stride)
        clip_frames = np.arange(sampling.num_frames) * stride
        target = track.read(starts[rng.integers(len(starts))] + clip_frames)
        if rng.random() >= sampling.shifted_source_share:
            return track, target, None
        return track, target, track.read(starts[rng.integers(len(starts))] + clip_frames)


def without_augmentation(synthesis: SynthesisConfig) -> SynthesisConfig:
    """The configuration for validation: self-blending as in training, nothing laid over it."""
    return replace(synthesis, augmentation=NO_AUGMENTATION)
