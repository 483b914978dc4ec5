from __future__ import annotations

import numpy as np
import pytest

from fakestormer.detector.evidence_store import EvidenceStore
from fakestormer.types import ClipEvidence, ScoringRule, TimeSpan

RULE = ScoringRule()


def a_clip(number: int, logit: float, track_id: int = 0, frame_logit: float = 0.0) -> ClipEvidence:
    maps = np.random.default_rng(number).normal(size=(4, 14, 14))
    span, frames = TimeSpan(float(number), number + 0.2), np.full(4, frame_logit)
    return ClipEvidence(track_id, span, logit, frames, np.zeros(4), maps, np.zeros((4, 2, 3)), 224)


def is_whole(clip: ClipEvidence) -> bool:
    return clip.temporal_vulnerability.shape == (4, 14, 14)


def test_the_most_suspicious_clips_keep_their_maps_and_all_keep_their_numbers():
    store = EvidenceStore(own=2, shared=3, rule=RULE)
    logits = np.random.default_rng(0).permutation(50).astype(float)
    for number, logit in enumerate(logits):
        store.add(a_clip(number, float(logit)))
    clips = store.of_track(0)
    assert [clip.clip_logit for clip in clips] == logits.tolist()
    assert [clip.span.start for clip in clips] == list(range(50))
    assert sorted(clip.clip_logit for clip in clips if is_whole(clip)) == [45, 46, 47, 48, 49]


@pytest.mark.parametrize(("frame_weight", "kept"), [(0.1, 9.0), (10.0, 0.0)])
def test_which_clips_are_the_most_suspicious_is_a_matter_of_the_rule(frame_weight: float, kept: float):
    store = EvidenceStore(own=1, shared=0, rule=ScoringRule(frame_weight=frame_weight))
    for number in range(10):  # what one network finds suspicious the other does not
        store.add(a_clip(number, float(number), frame_logit=float(-number)))
    (whole,) = [clip for clip in store.of_track(0) if is_whole(clip)]
    assert whole.clip_logit == kept


def test_a_map_that_is_not_kept_leaves_its_peak_in_every_frame():
    store = EvidenceStore(own=0, shared=1, rule=RULE)
    first, second = a_clip(0, 1.0), a_clip(1, 2.0)
    store.add(first)
    store.add(second)
    small = store.of_track(0)[0].temporal_vulnerability
    assert small.shape == (4, 1, 1)
    assert np.array_equal(small[:, 0, 0], first.temporal_vulnerability.max(axis=(1, 2)).astype(np.float32))


def test_every_face_keeps_maps_for_its_own_evidence_frames():
    store = EvidenceStore(own=1, shared=0, rule=RULE)
    for number in range(20):
        store.add(a_clip(number, float(number), track_id=number % 4))
    for track in range(4):
        (whole,) = [clip for clip in store.of_track(track) if is_whole(clip)]
        assert whole.clip_logit == max(clip.clip_logit for clip in store.of_track(track))
    assert store.of_track(9) == ()


def test_with_room_for_none_all_are_reduced():
    store = EvidenceStore(own=0, shared=0, rule=RULE)
    store.add(a_clip(0, 1.0))
    assert not is_whole(store.of_track(0)[0])
