"""Verdicts and what is known to be forged -> figures of localisation, over time and in the frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from benchmarks.localisation.pixel_metrics import (
    DEFAULT_MAPS,
    ClipMap,
    MapSample,
    PixelMetrics,
    measure_pixels,
    sample_clip,
)
from benchmarks.localisation.segment_metrics import Proposal, TemporalMetrics, TimedVideo, measure_temporal
from benchmarks.localisation.truth import ForgedTruth

from fakestormer.types import Decision, FaceVerdict, SegmentSearch, TimeSpan, VideoVerdict
from fakestormer.verdict import propose_segments

MOST_PROPOSALS = 20


@dataclass(frozen=True, slots=True)
class LocalisedVideo:
    """What one video gives to the figures; small, so that videos can be measured one by one."""

    file: str
    is_forged: bool
    decision: Decision
    timed: TimedVideo
    samples: dict[str, tuple[MapSample, ...]]


@dataclass(frozen=True, slots=True)
class LocalisationMetrics:
    """Figures over time, figures of each map by its name, and how partly forged and genuine videos were answered."""

    temporal: TemporalMetrics
    pixels: dict[str, PixelMetrics]
    decisions_forged: dict[str, int]
    decisions_genuine: dict[str, int]


def localise_video(
    verdict: VideoVerdict, truth: ForgedTruth, number: int, maps: Mapping[str, ClipMap] = DEFAULT_MAPS
) -> LocalisedVideo:
    """A verdict held against the truth.

    Proposals are ranked by how far they stand out from their track baseline, for faces without one by their logit.
    Maps are looked at where a clip lies wholly in a forged segment and still has its whole map.

    Args:
        verdict: of the video.
        truth: what is forged in it.
        number: tells videos apart.
        maps: what is laid on the frames, by name.
    """
    calibration, rule = verdict.provenance.calibration, verdict.provenance.rule
    search = replace(rule.segments or SegmentSearch(), most_segments=MOST_PROPOSALS)
    proposals = [
        Proposal(one.span, one.logit if one.contrast is None else one.contrast)
        for face in verdict.faces
        for one in propose_segments(face.clips, calibration, search)
    ]
    scores, forged = _seconds(verdict.faces, truth.spans)
    return LocalisedVideo(
        file=verdict.video.path,
        is_forged=bool(truth.spans),
        decision=verdict.decision,
        timed=TimedVideo(truth.spans, tuple(proposals), scores, forged),
        samples={name: _sample(verdict, truth, laid, number) for name, laid in maps.items()},
    )


def measure_localisation(videos: Sequence[LocalisedVideo]) -> LocalisationMetrics:
    """The figures of all videos together."""
    names = sorted({name for video in videos for name in video.samples})
    return LocalisationMetrics(
        temporal=measure_temporal([video.timed for video in videos]),
        pixels={name: measure_pixels([one for video in videos for one in video.samples[name]]) for name in names},
        decisions_forged=_count(videos, True),
        decisions_genuine=_count(videos, False),
    )


def _count(videos: Sequence[LocalisedVideo], forged: bool) -> dict[str, int]:
    chosen = [video.decision for video in videos if video.is_forged == forged]
    return {decision.value: chosen.count(decision) for decision in Decision}


def _seconds(faces: Sequence[FaceVerdict], spans: Sequence[TimeSpan]) -> tuple[np.ndarray, np.ndarray]:
    """For every second with a clip the highest mean logit of a face, and whether most of the second is forged."""
    scores: dict[int, float] = {}
    for face in faces:
        by_second: dict[int, list[float]] = {}
        for clip in face.clips:
            by_second.setdefault(int(clip.span.middle), []).append(clip.logit)
        for second, logits in by_second.items():
            scores[second] = max(scores.get(second, -np.inf), float(np.mean(logits)))
    seconds = sorted(scores)
    shared = [
        sum(max(0.0, min(span.end, second + 1) - max(span.start, second)) for span in spans) for second in seconds
    ]
    return np.array([scores[second] for second in seconds], np.float64), np.array([part > 0.5 for part in shared], bool)


def _sample(verdict: VideoVerdict, truth: ForgedTruth, laid: ClipMap, number: int) -> tuple[MapSample, ...]:
    rate, size = verdict.video.frame_rate, (verdict.video.width, verdict.video.height)
    masks = {mask.frame_index: mask for mask in truth.masks}
    samples: list[MapSample] = []
    for face in verdict.faces:
        for clip in face.clips:
            inside = any(span.start <= clip.span.start and clip.span.end <= span.end + 1e-6 for span in truth.spans)
            if not inside or clip.evidence.temporal_vulnerability.shape[1:] == (1, 1):
                continue
            here = [masks.get(index) for index in _frames_of(clip.span, len(clip.evidence.to_frame), rate)]
            samples += [one for one in sample_clip(clip.evidence, laid, here, size, number) if _is_of(one)]
    return tuple(samples)


def _frames_of(span: TimeSpan, count: int, rate: float) -> list[int]:
    """The indices of a clip's frames, from their times at a constant frame rate."""
    step = span.duration / count
    return [round((span.start + place * step) * rate) for place in range(count)]


def _is_of(sample: MapSample) -> bool:
    """Whether the forged face is the one in this crop: most of what is forged in the frame lies in it."""
    return float(sample.forged.sum()) > sample.num_forged_outside
