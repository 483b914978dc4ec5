"""When in the video: the score of a face over time, and the stretches that look forged."""

from __future__ import annotations

import itertools

from fakestormer.types import Calibration, ClipEvidence, FaceVerdict, TimeSpan


def score_timeline(face: FaceVerdict, calibration: Calibration) -> tuple[tuple[float, float, float], ...]:
    """One point (time, logit, probability) for every clip of a face, in order of time.

    `time` is the middle of the clip in seconds, `logit` the model's raw answer, `probability` that answer calibrated,
    in [0, 1]. A single clip's probability is weaker evidence than the face's, which rests on all clips.
    """
    return tuple((clip.span.middle, clip.logit, calibration.probability(clip.logit)) for clip in _in_order(face))


def suspicious_spans(face: FaceVerdict, calibration: Calibration) -> tuple[TimeSpan, ...]:
    """The stretches, in seconds, in which clip after clip of a face reaches the calibration's `fake_from`.

    A stretch runs from the start of its first clip to the end of its last one, so what lies between two suspicious
    neighbours counts as suspicious. Stretches come in order of time and do not overlap.
    """
    marked = ((calibration.probability(clip.logit) >= calibration.fake_from, clip.span) for clip in _in_order(face))
    spans: list[TimeSpan] = []
    for suspicious, run in itertools.groupby(marked, key=lambda pair: pair[0]):
        if not suspicious:
            continue
        members = [span for _, span in run]
        found = TimeSpan(members[0].start, max(span.end for span in members))
        if spans and found.start < spans[-1].end:  # clips may overlap in time
            earlier = spans.pop()
            found = TimeSpan(earlier.start, max(earlier.end, found.end))
        spans.append(found)
    return tuple(spans)


def _in_order(face: FaceVerdict) -> list[ClipEvidence]:
    return sorted(face.clips, key=lambda clip: (clip.span, clip.logit))
