"""The mix that single frames are trained on, and that nothing but the forgery tells its pairs apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tests.synthetic_cache import PEOPLE, drawn_track, write_synthetic_cache

from fakestormer.data import CachedTrack, ClipSampling, Forgery, FrameMix, FramePairSet, SelfBlendedSet, read_cache
from fakestormer.data.cache import write_tracks
from fakestormer.data.frame_mix import KINDS, FramePair
from fakestormer.synthesis import NO_AUGMENTATION, SelfBlender, SynthesisConfig
from fakestormer.types import ConfigError, DataError

PLAIN = SynthesisConfig(augmentation=NO_AUGMENTATION, p_cutout=0.0)
ONLY = {kind: dict.fromkeys(KINDS, 0.0) | {kind: 1.0} for kind in KINDS}
BORDER = 12  # of 224 pixels: no drawn face, enlarged and framed as it may be, reaches so far with its mask


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> tuple[CachedTrack, ...]:
    """Genuine films and a photograph; a forgery of each kind, all of one colour."""
    folder = write_synthetic_cache(tmp_path_factory.mktemp("cache"))
    for name, count, forgery in (
        ("swapped", 10, Forgery("swap", "anna.mp4")),
        ("found", 10, Forgery("unknown", "")),
        ("picture", 1, Forgery("generated", "")),
        ("decoded", 3, Forgery("autoencoder", "bo.mp4", (1, 4, 7))),
    ):
        crops = drawn_track(9, count)
        crops = replace(crops, images=np.full_like(crops.images, (30, 90, 200)))
        write_tracks(folder / f"{name}.safetensors", [crops], f"{name}.mp4", "forger", "drawn", forgery)
    return read_cache(folder)


def pairs_of(
    tracks: Sequence[CachedTrack], kind: str, count: int, synthesis: SynthesisConfig = PLAIN, seed: int = 5
) -> list[FramePair]:
    mix = FrameMix(**ONLY[kind], synthesis=synthesis, late=synthesis.augmentation)
    whole = FramePairSet(tracks, mix, seed, count)
    return [whole[k] for k in range(count)]


def spread(picture: np.ndarray) -> float:
    """How far the colours of a picture, or of a film, lie apart; 0 for one colour."""
    return float(picture.reshape(-1, 3).std(axis=0).max())


def test_a_pair_is_a_pure_function_of_the_seed_and_its_number(tracks):
    mix = FrameMix(0.2, 0.2, 0.2, 0.2, 0.2, synthesis=SynthesisConfig())
    one, again, other = (FramePairSet(tracks, mix, seed, 20) for seed in (3, 3, 4))
    forwards = [one[k] for k in range(8)]
    backwards = [again[k] for k in reversed(range(8))][::-1]
    for here, there in zip(forwards, backwards, strict=True):
        assert here.kind == there.kind
        assert np.array_equal(here.real, there.real)
        assert np.array_equal(here.fake, there.fake)
    assert not any(np.array_equal(here.real, other[k].real) for k, here in enumerate(forwards))
    assert len({pair.real.tobytes() for pair in forwards}) == 8


def test_kinds_come_in_the_shares_asked_for(tracks):
    mix = FrameMix(0.4, 0.0, 0.3, 0.3, 0.0, synthesis=PLAIN, late=NO_AUGMENTATION)
    whole = FramePairSet(tracks, mix, 0, 120)
    kinds = [whole[k].kind for k in range(120)]
    assert set(kinds) == {"self_blended", "same_source", "picture"}
    assert kinds.count("self_blended") == pytest.approx(48, abs=16)


@pytest.mark.parametrize("kind", KINDS)
def test_forged_tracks_are_never_the_genuine_member(tracks, kind):
    for pair in pairs_of(tracks, kind, 12):
        assert pair.kind == kind
        assert spread(pair.real) > 10  # forgeries of this cache have one colour
        assert not np.array_equal(pair.real, pair.fake)
        assert spread(pair.fake) < 1 or kind in ("self_blended", "decoded")


def test_no_clip_of_a_forged_track_is_blended_with_itself(tracks):
    sampling = ClipSampling(still_share=0.5)
    pairs = SelfBlendedSet(tracks, sampling, PLAIN, seed=0, num_pairs=16)
    assert all(spread(pairs[k].real) > 10 for k in range(16))
    with pytest.raises(DataError, match="none of 0 genuine cached tracks"):
        SelfBlendedSet([track for track in tracks if track.forgery], sampling, PLAIN, seed=0, num_pairs=1)


@pytest.mark.parametrize("decoded", [False, True])
def test_the_members_of_a_self_blended_pair_are_alike_to_the_bit_where_the_mask_is_empty(tracks, decoded):
    (track,) = [one for one in tracks if one.source == "bo.mp4"]
    images, points = track.read([4])
    source = (np.full_like(images, 99), points) if decoded else (None, None)
    inside = 0
    for seed in range(12):
        pair = SelfBlender(PLAIN).blend(images, points, track.scheme, seed, *source)
        outside = pair.mask == 0
        assert np.array_equal(pair.real[outside], pair.fake[outside])
        inside += not np.array_equal(pair.real[~outside], pair.fake[~outside])
    assert inside == 12


def test_at_the_border_nothing_tells_a_self_blend_from_its_target(tracks):
    for pair in pairs_of(tracks, "self_blended", 12):
        changed = (pair.real != pair.fake).any(axis=2)
        assert changed.any()
        assert not changed[:BORDER].any()
        assert not changed[-BORDER:].any()


def simple_statistics(picture: np.ndarray) -> list[float]:
    """Mean, deviation and fine detail of blocks along the upper and the lower border."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = grey - cv2.GaussianBlur(grey, (0, 0), 1.0)
    blocks = [(slice(row, row + BORDER), slice(k, k + 56)) for row in (0, 224 - BORDER) for k in range(0, 224, 56)]
    return [float(value) for at in blocks for value in (grey[at].mean(), grey[at].std(), detail[at].std())]


@pytest.mark.slow
def test_outside_the_mask_a_classifier_does_not_tell_genuine_from_blended(tracks):
    pairs = pairs_of(tracks, "self_blended", 240, SynthesisConfig(p_cutout=0.0))
    numbers = np.array([[simple_statistics(pair.real), simple_statistics(pair.fake)] for pair in pairs])
    numbers = (numbers - numbers.mean((0, 1))) / numbers.std((0, 1))
    seen, held_out = numbers[:120].reshape(240, -1), numbers[120:].reshape(240, -1)
    labels = np.tile([0, 1], 120)
    fitted = LogisticRegression(max_iter=2000).fit(seen, labels)
    assert roc_auc_score(labels, fitted.decision_function(held_out)) == pytest.approx(0.5, abs=0.03)
    # The same classifier sees a difference that is there.
    seen[labels == 1] += 0.3
    held_out[labels == 1] += 0.3
    fitted = LogisticRegression(max_iter=2000).fit(seen, labels)
    assert roc_auc_score(labels, fitted.decision_function(held_out)) > 0.6


def test_a_share_without_tracks_for_it_and_shares_that_are_none_are_refused(tracks):
    genuine = [track for track in tracks if track.forgery is None]
    with pytest.raises(DataError, match="of kind aligned, same_source, picture, decoded, but the caches hold none"):
        FramePairSet(genuine, FrameMix(0.2, 0.2, 0.2, 0.2, 0.2), 0, 1)
    with pytest.raises(ConfigError, match="add up to 1"):
        FrameMix(self_blended=0.9)
    assert len(PEOPLE) + 1 == len(genuine)
