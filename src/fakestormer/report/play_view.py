"""What the play-along script is given of one face: a line for each clip."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fakestormer.report.texts import Texts
from fakestormer.report.wording import say_probability
from fakestormer.types import FaceVerdict, ProbabilityScale


@dataclass(frozen=True, slots=True)
class PlayView:
    """As the page's attributes hold it.

    `clips` and `words` are JSON: [middle in seconds, probability in words, level] of every clip, and the words of the
    levels 0 (no signs), 1 (inconclusive) and 2 (signs of forgery).
    """

    clips: str
    words: str


def view_play(face: FaceVerdict, scale: ProbabilityScale, texts: Texts) -> PlayView:
    """The clips of a face in order of time, as the script reads them."""
    rows = []
    for clip in sorted(face.clips, key=lambda one: one.span):
        chance = scale.probability(clip.logit)
        level = 2 if chance >= scale.fake_from else 0 if chance <= scale.real_to else 1
        rows.append([round(clip.span.middle, 2), say_probability(chance, scale), level])
    words = [texts.gauge_real, texts.gauge_between, texts.gauge_fake]
    return PlayView(
        clips=json.dumps(rows, separators=(",", ":"), ensure_ascii=False),
        words=json.dumps(words, ensure_ascii=False),
    )
