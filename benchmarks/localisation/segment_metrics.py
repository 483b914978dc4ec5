"""How well proposed segments of time meet the forged ones: average precision, recall, and order of seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from sklearn.metrics import roc_auc_score

from fakestormer.types import TimeSpan

IOU_LEVELS = (0.5, 0.75, 0.9, 0.95)
RECALL_LEVELS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
PROPOSAL_COUNTS = (1, 2, 5, 10, 20)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Proposal:
    """A segment that is said to be forged, and how strongly (any scale, the same for all videos)."""

    span: TimeSpan
    score: float


@dataclass(frozen=True, slots=True)
class TimedVideo:
    """The forged segments of one video, what was proposed, and for each scored second a score and the truth."""

    truth: tuple[TimeSpan, ...]
    proposals: tuple[Proposal, ...]
    second_scores: Float[ndarray, " seconds"]
    second_forged: Bool[ndarray, " seconds"]


@dataclass(frozen=True, slots=True)
class TemporalMetrics:
    """All figures over time; None where the videos do not define one (nothing forged, or nothing genuine).

    `average_precision` by temporal IoU, `average_recall` by how many proposals of a video count (mean over the IoU
    levels 0.5 to 0.95). `second_auc` orders the seconds of all videos together, `second_auc_within` those of each
    partly forged video by itself, in the mean.
    """

    num_videos: int
    num_spans: int
    average_precision: dict[str, float] | None
    average_recall: dict[str, float] | None
    second_auc: float | None
    second_auc_within: float | None


def measure_temporal(videos: Sequence[TimedVideo]) -> TemporalMetrics:
    """The figures of a set of videos, genuine ones among them: what is proposed there is a false alarm."""
    num_spans = sum(len(video.truth) for video in videos)
    scores = np.concatenate([video.second_scores for video in videos]) if videos else np.zeros(0)
    forged = np.concatenate([video.second_forged for video in videos]) if videos else np.zeros(0, bool)
    within = [auc for one in videos if (auc := _auc(one.second_forged, one.second_scores)) is not None]
    return TemporalMetrics(
        num_videos=len(videos),
        num_spans=num_spans,
        average_precision={f"{level:g}": average_precision(videos, level) for level in IOU_LEVELS}
        if num_spans
        else None,
        average_recall={str(count): average_recall(videos, count) for count in PROPOSAL_COUNTS} if num_spans else None,
        second_auc=_auc(forged, scores),
        second_auc_within=float(np.mean(within)) if within else None,
    )


def temporal_iou(one: TimeSpan, other: TimeSpan) -> float:
    """Shared time over joined time, in [0, 1]; 0 where both are empty."""
    shared = max(0.0, min(one.end, other.end) - max(one.start, other.start))
    joined = one.duration + other.duration - shared
    return shared / joined if joined > 0 else 0.0


def average_precision(videos: Sequence[TimedVideo], iou: float) -> float:
    """Area under the precision-recall curve of all proposals of all videos, best score first.

    A proposal is right where it meets a forged segment of its video, not yet met by a better one, with at least that
    temporal IoU; of several it takes the one it meets best. At each recall counts the best precision that this or any
    higher recall has.
    """
    ranked = sorted(
        ((one.score, place, one.span) for place, video in enumerate(videos) for one in video.proposals),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    num_spans = sum(len(video.truth) for video in videos)
    open_spans = [list(video.truth) for video in videos]
    right = np.zeros(len(ranked))
    for rank, (_, place, span) in enumerate(ranked):
        best = max(open_spans[place], key=lambda true: temporal_iou(span, true), default=None)
        if best is not None and temporal_iou(span, best) >= iou - _ROUNDING:
            open_spans[place].remove(best)
            right[rank] = 1
    if not len(ranked) or not num_spans:
        return 0.0
    precision = np.cumsum(right) / np.arange(1, len(ranked) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((envelope * right).sum() / num_spans)


def average_recall(videos: Sequence[TimedVideo], count: int) -> float:
    """Share of forged segments met by the `count` best proposals of their video, mean over `RECALL_LEVELS`."""
    num_spans = sum(len(video.truth) for video in videos)
    if not num_spans:
        return 0.0
    met = 0
    for video in videos:
        best = sorted(video.proposals, key=lambda one: (-one.score, one.span))[:count]
        closest = [max((temporal_iou(one.span, true) for one in best), default=0.0) for true in video.truth]
        met += sum(value >= level - _ROUNDING for value in closest for level in RECALL_LEVELS)
    return float(met / num_spans / len(RECALL_LEVELS))


def _auc(forged: Bool[ndarray, " seconds"], scores: Float[ndarray, " seconds"]) -> float | None:
    if forged.all() or not forged.any():
        return None
    return float(roc_auc_score(forged, scores))
