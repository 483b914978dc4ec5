"""How well maps point at forged pixels: pixel AUC, mask IoU, pointing game."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from benchmarks.localisation.truth import FrameMask
from jaxtyping import Bool, Float, Float32
from numpy import ndarray
from sklearn.metrics import roc_auc_score

from fakestormer.types import ClipEvidence

# A map of a clip: its evidence -> frames x rows x columns, high where it speaks of forgery, laid over the crops.
ClipMap = Callable[[ClipEvidence], Float[ndarray, "frames rows columns"]]
DEFAULT_MAPS: Mapping[str, ClipMap] = {"temporal": lambda clip: clip.temporal_vulnerability}

GRID = 56  # points a side at which a crop is looked at
FORGED = 26  # of 255: a pixel counts as forged where at least a tenth of it comes from the other picture
NUM_LEVELS = 200  # thresholds that are tried for the mask IoU


@dataclass(frozen=True, slots=True)
class MapSample:
    """One frame of one map on a grid over the crop: values and truth; how many points the rest of the frame has."""

    video: int
    values: Float32[ndarray, "grid grid"]
    forged: Bool[ndarray, "grid grid"]
    num_outside: float
    num_forged_outside: float


@dataclass(frozen=True, slots=True)
class PixelMetrics:
    """Figures of one map over all its frames; None where they are not defined.

    `pixel_auc` is over all pixels of the frames (outside of the crop a map says nothing, which counts as lowest),
    `pixel_auc_in_crop` over those of the crop alone, the harder question; `pixel_auc_by_chance` is what a map that is
    the same all over the crop has over the frames. `mask_iou`: mean over frames at one threshold, found on every other
    video and used on the rest, and the other way round. `pointing`: share of frames whose highest point lies on a
    forged pixel; `pointing_by_chance`: the share of the crop that is forged, that is chance.
    """

    num_frames: int
    pixel_auc: float | None
    pixel_auc_in_crop: float | None
    pixel_auc_by_chance: float | None
    mask_iou: float | None
    pointing: float | None
    pointing_by_chance: float | None


def sample_clip(
    clip: ClipEvidence, laid: ClipMap, masks: Sequence[FrameMask | None], frame_size: tuple[int, int], video: int
) -> tuple[MapSample, ...]:
    """The samples of a clip's frames that have a mask; `frame_size` is width and height in pixels."""
    values = laid(clip)
    samples = []
    for heat, to_frame, mask in zip(values, clip.to_frame, masks, strict=True):
        if mask is None:
            continue
        places = (np.arange(GRID) + 0.5) * clip.crop_size / GRID
        fine = cv2.resize(heat.astype(np.float32), (GRID, GRID), interpolation=cv2.INTER_LINEAR)
        x = to_frame[0, 0] * places + to_frame[0, 2]
        y = to_frame[1, 1] * places + to_frame[1, 2]
        inside = ((y >= 0) & (y < frame_size[1]))[:, None] & ((x >= 0) & (x < frame_size[0]))[None]
        forged = _look_up(mask, x, y) & inside
        point = (to_frame[0, 0] * clip.crop_size / GRID) ** 2
        num_forged = float((mask.mask >= FORGED).sum()) / point
        outside = frame_size[0] * frame_size[1] / point - float(inside.sum())
        samples.append(
            MapSample(video, np.asarray(fine), forged, max(0.0, outside), max(0.0, num_forged - float(forged.sum())))
        )
    return tuple(samples)


def _look_up(mask: FrameMask, x: Float[ndarray, " grid"], y: Float[ndarray, " grid"]) -> Bool[ndarray, "grid grid"]:
    """Whether the frame's pixels under these places are forged."""
    rows, columns = np.floor(y).astype(int) - mask.top, np.floor(x).astype(int) - mask.left
    height, width = mask.mask.shape
    here = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))[None]
    found = mask.mask[np.clip(rows, 0, height - 1)[:, None], np.clip(columns, 0, width - 1)[None]]
    forged: Bool[ndarray, "grid grid"] = here & (found >= FORGED)
    return forged


def measure_pixels(samples: Sequence[MapSample]) -> PixelMetrics:
    """The figures of one map."""
    if not samples:
        return PixelMetrics(0, *(None,) * 6)
    values = np.stack([one.values for one in samples])
    forged = np.stack([one.forged for one in samples])
    auc_in_crop = auc = blind = None
    if forged.any() and not forged.all():
        auc_in_crop = float(roc_auc_score(forged.ravel(), values.ravel()))
        auc, blind = (_auc_of_frames(one, forged, samples) for one in (auc_in_crop, 0.5))
    pointed = [bool(mask.ravel()[heat.argmax()]) for heat, mask in zip(values, forged, strict=True)]
    return PixelMetrics(
        num_frames=len(samples),
        pixel_auc=auc,
        pixel_auc_in_crop=auc_in_crop,
        pixel_auc_by_chance=blind,
        mask_iou=_mask_iou(values, forged, np.array([one.video for one in samples])),
        pointing=float(np.mean(pointed)),
        pointing_by_chance=float(forged.mean()),
    )


def _auc_of_frames(
    auc_in_crop: float, forged: Bool[ndarray, "frames grid grid"], samples: Sequence[MapSample]
) -> float:
    """The AUC with the rest of the frames added: every place there is lower than all places in crops."""
    positive, negative = float(forged.sum()), float((~forged).sum())
    missed = sum(one.num_forged_outside for one in samples)
    rest = max(0.0, sum(one.num_outside for one in samples) - missed)
    won = auc_in_crop * positive * negative + positive * rest + 0.5 * missed * rest
    return won / ((positive + missed) * (negative + rest))


def _mask_iou(
    values: Float32[ndarray, "frames grid grid"], forged: Bool[ndarray, "frames grid grid"], videos: ndarray
) -> float | None:
    """Mean IoU over frames with the threshold that is best on the other half of the videos."""
    order = {video: place for place, video in enumerate(sorted(set(videos.tolist())))}
    halves = np.array([order[video] % 2 for video in videos.tolist()])
    if len(order) < 2:
        return None
    levels = np.quantile(values, np.linspace(0, 1, NUM_LEVELS))
    table = np.empty((len(levels), len(values)))
    for row, level in enumerate(levels):
        above = values >= level
        table[row] = (above & forged).sum(axis=(1, 2)) / np.maximum(1, (above | forged).sum(axis=(1, 2)))
    best = [int(table[:, halves == half].mean(axis=1).argmax()) for half in (0, 1)]
    return float(np.concatenate([table[best[1 - half], halves == half] for half in (0, 1)]).mean())
