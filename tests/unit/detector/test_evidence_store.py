from __future__ import annotations

import numpy as np
import pytest

from fakestormer.detector.map_store import MapStore
from fakestormer.types import ClipEvidence, TimeSpan
from fakestormer.verdict.token_level import SHARE_BETWEEN_FACES


def a_clip(number: int, logit: float, track_id: int = 0) -> ClipEvidence:
    maps = np.random.default_rng(number).normal(size=(4, 14, 14))
    return ClipEvidence(
        track_id, TimeSpan(float(number), number + 0.2), logit, np.zeros(4), maps, np.zeros((4, 2, 3)), 224
    )  # fmt: skip


def is_whole(clip: ClipEvidence) -> bool:
    return clip.temporal_vulnerability.shape == (4, 14, 14)


def test_the_most_suspicious_clips_keep_their_maps_and_all_keep_their_numbers():
    store = MapStore(own=2, shared=3)
    logits = np.random.default_rng(0).permutation(50).astype(float)
    for number, logit in enumerate(logits):
        store.add(a_clip(number, float(logit)))
    clips = store.of_track(0)
    assert [clip.logit for clip in clips] == logits.tolist()
    assert [clip.span.start for clip in clips] == list(range(50))
    assert sorted(clip.logit for clip in clips if is_whole(clip)) == [45, 46, 47, 48, 49]


def test_a_map_that_is_not_kept_leaves_its_peak_in_every_frame():
    store = MapStore(own=0, shared=1)
    first, second = a_clip(0, 1.0), a_clip(1, 2.0)
    store.add(first)
    store.add(second)
    small = store.of_track(0)[0].temporal_vulnerability
    assert small.shape == (4, 1, 1)
    assert np.array_equal(small[:, 0, 0], first.temporal_vulnerability.max(axis=(1, 2)).astype(np.float32))


def test_every_face_keeps_maps_for_its_own_key_frames():
    store = MapStore(own=1, shared=0)
    for number in range(20):
        store.add(a_clip(number, float(number), track_id=number % 4))
    for track in range(4):
        (whole,) = [clip for clip in store.of_track(track) if is_whole(clip)]
        assert whole.logit == max(clip.logit for clip in store.of_track(track))
    assert store.of_track(9) == ()


def test_a_face_comes_back_with_the_level_of_its_own_tokens_and_of_no_other_face():
    store = MapStore(own=1, shared=1)
    for number in range(6):
        store.add(a_clip(number, 1.0 + number, track_id=number % 2), token_logit=10.0 * (number % 2))
    assert [clip.logit for clip in store.of_track(0)] == [1.0, 3.0, 5.0]
    surplus = 10.0 * (1 - SHARE_BETWEEN_FACES)
    assert [clip.logit for clip in store.of_track(1)] == pytest.approx([2.0 - surplus, 4.0 - surplus, 6.0 - surplus])


def test_with_room_for_none_all_are_reduced():
    store = MapStore(own=0, shared=0)
    store.add(a_clip(0, 1.0))
    assert not is_whole(store.of_track(0)[0])
