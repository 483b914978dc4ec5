"""The mix that single frames are trained on: pairs of a genuine and a forged picture, of several kinds.

Pair number k is a pure function of (seed, k). Both members of a pair have the same framing and go through the same
degradation; where one was not made from the other, both are made equally sharp first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import cv2
import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from torch.utils.data import Dataset

from fakestormer.data.cache import CachedTrack
from fakestormer.data.training_set import MAX_DRAWS
from fakestormer.synthesis import (
    AugmentationConfig,
    Recode,
    SelfBlender,
    SynthesisConfig,
    augment,
    draw_parameters,
    equally_sharp,
    mirror,
    place_view,
    show,
)
from fakestormer.types import ConfigError, DataError

Kind = Literal["self_blended", "aligned", "same_source", "picture", "decoded"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Picture = UInt8[ndarray, "size size 3"]
DECODED_WHOLE = 0.5  # of the reconstructions; the others are blended into the face
# Of the real forgeries beside their own originals: a loss of detail is evidence, but not evidence alone.
ALIGNED_AS_THEY_ARE = 0.3


@dataclass(frozen=True, slots=True)
class FrameMix:
    """Shares of the kinds of pairs, and how they are made.

    Attributes:
        self_blended: a genuine frame and its self-blend.
        aligned: a frame of a real forgery and the same frame of its original.
        same_source: a frame of a forged video and one of a genuine video of the same page; where the page has none,
            of any other.
        picture: a forged picture and a genuine one, of the same data set where it has both.
        decoded: a genuine frame and its reconstruction by an autoencoder, whole or blended into the face.
        synthesis: how self-blends are made; its augmentation is the degradation at the start of a run.
        late: the degradation towards the end of a run.
        late_share: the share of pairs degraded by `late` at the end; it grows linearly from 0.
    """

    self_blended: float = 0.4
    aligned: float = 0.15
    same_source: float = 0.1
    picture: float = 0.1
    decoded: float = 0.25
    synthesis: SynthesisConfig = field(default_factory=SynthesisConfig)
    late: AugmentationConfig = field(default_factory=AugmentationConfig)
    late_share: float = 1.0

    def __post_init__(self) -> None:
        shares = self.shares()
        if min(shares.values()) < 0 or abs(sum(shares.values()) - 1) > 1e-6:
            raise ConfigError(f"the shares of the mix must be at least 0 and add up to 1, got {shares}")
        if not 0 <= self.late_share <= 1:
            raise ConfigError(f"late_share is a share between 0 and 1, got {self.late_share}")

    def shares(self) -> dict[Kind, float]:
        """The share of every kind."""
        return {kind: float(getattr(self, kind)) for kind in KINDS}


@dataclass(frozen=True, slots=True)
class FramePair:
    """A genuine and a forged picture, and which kind of pair they are."""

    real: Picture
    fake: Picture
    kind: Kind


class FramePairSet(Dataset[FramePair]):
    """`num_pairs` pairs of the mix from cached tracks; forged tracks are those with a `forgery`."""

    def __init__(
        self,
        tracks: Sequence[CachedTrack],
        mix: FrameMix,
        seed: int,
        num_pairs: int,
        recode: Recode | None = None,
    ) -> None:
        self._mix = mix
        self._seed = seed
        self._num_pairs = num_pairs
        self._recode = recode
        self._late = replace(mix.synthesis, augmentation=mix.late)
        self._pools = _Pools(tracks)
        missing = [kind for kind, share in mix.shares().items() if share and not self._pools.serves(kind)]
        if missing:
            raise DataError(
                f"the mix asks for pairs of kind {', '.join(missing)}, but the caches hold none: prepare forged files "
                "with --with-forged, make reconstructions, or set the share to 0"
            )

    def __len__(self) -> int:
        return self._num_pairs

    def __getitem__(self, number: int) -> FramePair:
        cv2.setNumThreads(1)
        rng = np.random.default_rng([self._seed, number])
        shares = self._mix.shares()
        kind = KINDS[int(np.searchsorted(np.cumsum(list(shares.values())), rng.random(), side="right"))]
        refused = ""
        for _ in range(MAX_DRAWS):
            try:
                return self._draw(kind, number, rng)
            except DataError as error:  # noqa: PERF203  (a clip that cannot be blended is drawn anew)
                refused = str(error)
        raise DataError(f"pair {number} of kind {kind} could not be made in {MAX_DRAWS} draws; last: {refused}")

    def _draw(self, kind: Kind, number: int, rng: np.random.Generator) -> FramePair:
        is_late = rng.random() < self._mix.late_share * number / max(1, self._num_pairs)
        synthesis = self._late if is_late else self._mix.synthesis
        seed = int(rng.integers(2**63))
        if kind == "self_blended":
            track = self._pools.genuine(rng)
            return self._self_blended(track, _a_frame(track, rng), None, synthesis, seed, kind)
        if kind == "decoded":
            made, track, number_made = self._pools.decoded(rng)
            assert made.forgery is not None
            place, decoded = made.forgery.places[number_made], made.read([number_made])[0]
            if rng.random() < DECODED_WHOLE:
                pictures = (track.read([place])[0][0], decoded[0])
                return self._degraded(pictures, synthesis, seed, kind)
            return self._self_blended(track, place, decoded, synthesis, seed, kind)
        forged, genuine = self._pools.aligned(rng) if kind == "aligned" else self._pools.unmatched(kind, rng)
        place = _a_frame(forged, rng)
        there = min(place, len(genuine.found) - 1) if kind == "aligned" else _a_frame(genuine, rng)
        return self._degraded((genuine.read([there])[0][0], forged.read([place])[0][0]), synthesis, seed, kind)

    def _self_blended(
        self,
        track: CachedTrack,
        place: int,
        decoded: UInt8[ndarray, "1 size size 3"] | None,
        synthesis: SynthesisConfig,
        seed: int,
        kind: Kind,
    ) -> FramePair:
        """A frame of a track and its self-blend, whose source is `decoded` where there is one."""
        images, points = track.read([place])
        blender = SelfBlender(synthesis, recode=self._recode)
        source_points = None if decoded is None else points
        pair = blender.blend(images, points, track.scheme, seed, decoded, source_points)
        return FramePair(pair.real[0], pair.fake[0], kind)

    def _degraded(
        self, pictures: tuple[Picture, Picture], synthesis: SynthesisConfig, seed: int, kind: Kind
    ) -> FramePair:
        """Both pictures through the same framing, mirroring and degradation; equally sharp but for real forgeries
        beside their own originals, whose loss of detail is evidence."""
        draws = draw_parameters(synthesis, np.random.default_rng(seed))
        view = place_view(draws.framing, np.eye(2, 3), pictures[0].shape[0])
        framed = [show(picture[None], view, synthesis.image_size) for picture in pictures]
        if draws.framing.flip:
            framed = [mirror(picture) for picture in framed]
        real, fake = (picture[0] for picture in framed)
        if kind != "aligned" or np.random.default_rng([seed, 1]).random() >= ALIGNED_AS_THEY_ARE:
            real, fake = equally_sharp(real, fake)
        real, fake = (augment(picture[None], draws.augmentation, self._recode)[0] for picture in (real, fake))
        return FramePair(real, fake, kind)


class _Pools:
    """Which tracks serve which kind of pair; forgeries are drawn by method first, so that no method drowns another."""

    def __init__(self, tracks: Sequence[CachedTrack]) -> None:
        genuine = [track for track in tracks if track.forgery is None and track.found.any()]
        forged = [track for track in tracks if track.forgery is not None and track.found.any()]
        by_source = {track.source: track for track in reversed(genuine)}
        self._films = [track for track in genuine if not track.is_still]
        self._stills = [track for track in genuine if track.is_still]
        self._by_group: dict[tuple[str, bool], list[CachedTrack]] = defaultdict(list)
        for track in genuine:
            self._by_group[track.group, track.is_still].append(track)
        self._decoded = list[tuple[CachedTrack, CachedTrack, int]]()
        self._aligned: dict[str, list[tuple[CachedTrack, CachedTrack]]] = defaultdict(list)
        self._forged: dict[bool, dict[str, list[CachedTrack]]] = {False: defaultdict(list), True: defaultdict(list)}
        for track in forged:
            self._sort(track, by_source)

    def _sort(self, track: CachedTrack, by_source: Mapping[str, CachedTrack]) -> None:
        assert track.forgery is not None
        original = by_source.get(track.forgery.pair_of)
        if track.forgery.places:
            if original is not None:
                self._decoded += [(track, original, number) for number in range(len(track.forgery.places))]
        elif original is not None and not track.is_still:
            self._aligned[track.forgery.method].append((track, original))
        else:
            self._forged[track.is_still][f"{track.group} {track.forgery.method}"].append(track)

    def serves(self, kind: Kind) -> bool:
        """Whether pairs of this kind can be drawn."""
        return bool(
            {
                "self_blended": self._films or self._stills,
                "aligned": self._aligned,
                "same_source": self._forged[False] and self._films,
                "picture": self._forged[True] and self._stills,
                "decoded": self._decoded,
            }[kind]
        )

    def genuine(self, rng: np.random.Generator) -> CachedTrack:
        """A genuine film or photograph, each as often where there are both."""
        pools = [pool for pool in (self._films, self._stills) if pool]
        return _any_of(pools[rng.integers(len(pools))], rng)

    def decoded(self, rng: np.random.Generator) -> tuple[CachedTrack, CachedTrack, int]:
        """A reconstruction, its original, and which of the reconstructed frames."""
        return self._decoded[rng.integers(len(self._decoded))]

    def aligned(self, rng: np.random.Generator) -> tuple[CachedTrack, CachedTrack]:
        """A forgery and its original."""
        methods = sorted(self._aligned)
        pairs = self._aligned[methods[rng.integers(len(methods))]]
        return pairs[rng.integers(len(pairs))]

    def unmatched(self, kind: Kind, rng: np.random.Generator) -> tuple[CachedTrack, CachedTrack]:
        """A forgery and a genuine track of its page, or any where its page has none."""
        still = kind == "picture"
        methods = sorted(self._forged[still])
        forged = _any_of(self._forged[still][methods[rng.integers(len(methods))]], rng)
        of_page = self._by_group.get((forged.group, still))
        return forged, _any_of(of_page or (self._stills if still else self._films), rng)


def _any_of(tracks: Sequence[CachedTrack], rng: np.random.Generator) -> CachedTrack:
    return tracks[int(rng.integers(len(tracks)))]


def _a_frame(track: CachedTrack, rng: np.random.Generator) -> int:
    places = np.flatnonzero(track.found)
    return int(places[rng.integers(len(places))])
