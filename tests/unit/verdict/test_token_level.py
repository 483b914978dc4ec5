from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fakestormer.types import ClipEvidence, TimeSpan
from fakestormer.verdict import take_token_level_off
from fakestormer.verdict.token_level import SHARE_BETWEEN_FACES

CLIP = ClipEvidence(0, TimeSpan(0.0, 0.2), 0.0, np.zeros(4), np.zeros((4, 1, 1)), np.zeros((4, 2, 3)), 224)


def clips_of(votes: np.ndarray, tokens: np.ndarray) -> list[ClipEvidence]:
    return [replace(CLIP, logit=float(vote + token)) for vote, token in zip(votes, tokens, strict=True)]


def test_of_two_faces_that_differ_in_what_the_tokens_say_a_share_of_the_difference_is_left():
    votes = np.array([0.2, 0.4, 0.3])
    means = [
        np.mean([clip.logit for clip in take_token_level_off(clips_of(votes, tokens), tokens.tolist())])
        for tokens in (np.full(3, 5.0), np.full(3, -1.0))
    ]
    assert means[0] - means[1] == pytest.approx(6 * SHARE_BETWEEN_FACES)
    assert means[0] == pytest.approx(0.3 + 5 * SHARE_BETWEEN_FACES)


def test_moments_of_one_face_differ_as_much_as_before_and_a_forged_minority_does_not_move_the_rest():
    genuine, partly = np.full(10, 0.5), np.array([0.5] * 7 + [6.0] * 3)
    before = [clip.logit for clip in take_token_level_off(clips_of(np.zeros(10), genuine), genuine.tolist())]
    after = [clip.logit for clip in take_token_level_off(clips_of(np.zeros(10), partly), partly.tolist())]
    assert after[:7] == before[:7]
    assert after[7:] == pytest.approx([one + 5.5 for one in before[7:]])


def test_weights_without_a_vote_are_left_alone_and_a_missing_number_is_refused():
    clips = clips_of(np.ones(2), np.ones(2))
    assert [one.logit for one in take_token_level_off(clips, [])] == [2.0, 2.0]
    with pytest.raises(ValueError, match="2 clips of a face need as many token logits, got 1"):
        take_token_level_off(clips, [0.0])
