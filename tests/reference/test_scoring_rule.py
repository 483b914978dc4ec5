"""From evidence to logits against the rule's sentence, written one number after another."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from fakestormer.types import PLAIN_MEAN, ClipEvidence, FaceSizeNormalisation, ScoringRule, TimeSpan
from fakestormer.verdict import provisional_logit, score_clips

SIZE = FaceSizeNormalisation(slope=-0.7, smallest=0.5, largest=2.0)


def evidence(number: int, clip_logit: float, frame_logits: list[float], scale: float) -> ClipEvidence:
    to_frame = np.tile(np.array([[scale, 0.0, 3.0], [0.0, scale, 4.0]]), (4, 1, 1))
    maps = np.zeros((4, 2, 2))
    return ClipEvidence(
        0, TimeSpan(float(number), number + 0.2), clip_logit, np.array(frame_logits), np.zeros(4), maps, to_frame, 224
    )  # fmt: skip


def drawn(seed: int, count: int, with_frames: bool = True) -> list[ClipEvidence]:
    rng = np.random.default_rng(seed)
    frames = rng.normal(0, 2, (count, 4)).tolist() if with_frames else [[]] * count
    scales = rng.uniform(0.2, 5.0, count)
    return [evidence(k, float(rng.normal(1, 3)), frames[k], float(scales[k])) for k in range(count)]


def plain_median(values: list[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def plain_logits(clips: list[ClipEvidence], rule: ScoringRule) -> list[float]:
    level_of_the_face = plain_median([clip.clip_logit for clip in clips])
    logits = []
    for clip in clips:
        logit = rule.clip_weight * (clip.clip_logit - (1 - rule.share_between_faces) * level_of_the_face)
        frames = list(clip.frame_logits)
        if frames:
            logit += rule.frame_weight * sum(frames) / len(frames)
        if rule.face_size is not None:
            widths = [math.hypot(float(one[0, 0]), float(one[1, 0])) for one in clip.to_frame]
            scale = sum(widths) / len(widths)
            if scale < rule.face_size.smallest:
                scale = rule.face_size.smallest
            if scale > rule.face_size.largest:
                scale = rule.face_size.largest
            logit -= rule.face_size.slope * math.log(scale)
        logits.append(logit)
    return logits


RULES = {
    "default": ScoringRule(),
    "plain mean": PLAIN_MEAN,
    "both members": ScoringRule(clip_weight=0.8, frame_weight=1.3),
    "level left out": ScoringRule(share_between_faces=0.0),
    "face size": ScoringRule(face_size=SIZE),
    "everything": ScoringRule(0.6, 1.7, 0.35, SIZE),
    "frames alone": ScoringRule(clip_weight=0.0, frame_weight=1.0, share_between_faces=0.2),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("count", [1, 2, 7, 30])
@pytest.mark.parametrize("with_frames", [True, False])
def test_logits_agree_with_the_rule_written_plainly(name: str, count: int, with_frames: bool) -> None:
    clips, rule = drawn(count, count, with_frames), RULES[name]
    scored = score_clips(clips, rule)
    assert [one.evidence for one in scored] == clips
    assert [one.logit for one in scored] == pytest.approx(plain_logits(clips, rule), rel=1e-9, abs=1e-9)


def test_every_number_of_the_rule_moves_some_logit() -> None:
    clips, rule = drawn(0, 60), RULES["everything"]
    before = [one.logit for one in score_clips(clips, rule)]
    others = [
        {"clip_weight": 0.7},
        {"frame_weight": 1.6},
        {"share_between_faces": 0.3},
        {"face_size": None},
        *({"face_size": dataclasses.replace(SIZE, **{name: 0.9})} for name in ("slope", "smallest", "largest")),
    ]
    for changes in others:
        after = [one.logit for one in score_clips(clips, dataclasses.replace(rule, **changes))]
        assert np.abs(np.subtract(after, before)).max() > 1e-3, changes


def test_a_face_that_is_forged_for_less_than_half_of_its_time_keeps_the_level_of_the_rest() -> None:
    genuine = [evidence(k, -2.0, [], 1.0) for k in range(11)]
    forged = [evidence(k, 3.0, [], 1.0) for k in range(11, 20)]
    rule = ScoringRule(share_between_faces=0.0)
    logits = [one.logit for one in score_clips([*genuine, *forged], rule)]
    assert logits == pytest.approx([0.0] * 11 + [5.0] * 9)


def test_within_a_face_clips_are_in_order_before_its_level_is_known() -> None:
    clips, rule = drawn(3, 25), RULES["everything"]
    before = [provisional_logit(clip, rule) for clip in clips]
    assert np.argsort(before).tolist() == np.argsort([one.logit for one in score_clips(clips, rule)]).tolist()


def test_no_clips_have_no_logits() -> None:
    assert score_clips([], ScoringRule()) == ()
