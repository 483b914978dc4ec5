"""What the temporal tokens say of a face as a whole counts less than what they say of one moment against another.

Tokens trained on sharp self-blends answer to seams, but also to camera, codec and sharpness. Within one face these stay
as they are, and a difference between two of its moments counts in full. Between faces they do not, and there the level
of the tokens is worth less than the direct vote's. Decision 0013 has the measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fakestormer.types import ClipEvidence

SHARE_BETWEEN_FACES = 0.2  # the share of the tokens' level that counts


def take_token_level_off(clips: Sequence[ClipEvidence], token_logits: Sequence[float]) -> tuple[ClipEvidence, ...]:
    """The clips of one face, each logit less four fifths of the median of `token_logits`; as they are without any.

    The median, because a face that is forged for less than half of its time must keep the level of the rest.

    Raises:
        ValueError: some clips have a token logit and others none.
    """
    if not token_logits:
        return tuple(clips)
    if len(token_logits) != len(clips):
        raise ValueError(f"{len(clips)} clips of a face need as many token logits, got {len(token_logits)}")
    surplus = (1 - SHARE_BETWEEN_FACES) * float(np.median(token_logits))
    return tuple(replace(clip, logit=clip.logit - surplus) for clip in clips)
