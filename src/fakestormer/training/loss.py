"""The three losses of the method's section 5 and their weighted sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

from fakestormer.data import Batch
from fakestormer.model import ModelOutput
from fakestormer.training.config import LossWeights
from fakestormer.training.distributed import Team, summed


@dataclass(frozen=True, slots=True)
class Losses:
    """The three terms, unweighted, and their weighted sum; scalars."""

    total: Float[Tensor, ""]
    classification: Float[Tensor, ""]
    temporal: Float[Tensor, ""]
    spatial: Float[Tensor, ""]

    def to_floats(self) -> dict[str, float]:
        """The four numbers by name, for the log."""
        names = ("total", "classification", "temporal", "spatial")
        return {name: float(getattr(self, name).detach()) for name in names}


@dataclass(frozen=True, slots=True)
class LossCounts:
    """What the three means run over: clips, frames, and kept patches of all frames.

    A step's pairs may be seen in several parts, by several processes. Parts need not keep equally many patches, so the
    mean of their means is not the mean: every part divides its sum by the counts of the whole step, and the parts add.
    """

    clips: float
    frames: float
    kept: float


def count_terms(batches: Sequence[Batch], team: Team) -> LossCounts:
    """The counts of a whole step: of these batches and of those the rest of the team sees."""
    rows = [(*batch.spatial_targets.shape, int(batch.kept_patches.sum())) for batch in batches]
    counts = [sum(column) for column in zip(*((n, n * frames, kept * frames) for n, frames, kept in rows), strict=True)]
    return LossCounts(*summed(torch.tensor(counts, dtype=torch.float64, device=team.device), team).tolist())


def training_losses(
    output: ModelOutput, batch: Batch, weights: LossWeights, counts: LossCounts | None = None
) -> Losses:
    """The losses of one batch, or its part of those of a whole step where `counts` says what that holds.

    Classification: BCE(z / 2, y). Temporal: mean squared error over kept patches. Spatial: BCE with soft labels.
    """
    frames = batch.spatial_targets.shape[1]
    if counts is None:
        clips, kept = float(len(batch.labels)), float(batch.kept_patches.sum())
        counts = LossCounts(clips, clips * frames, kept * frames)
    apart = functional.binary_cross_entropy_with_logits
    classification = apart(output.logits / 2, batch.labels, reduction="sum") / counts.clips
    temporal = kept_squared_error(output.temporal_map, batch.temporal_targets, batch.kept_patches)
    temporal = temporal / max(counts.kept, 1.0)
    spatial = apart(output.spatial_logits, batch.spatial_targets, reduction="sum") / counts.frames
    total = weights.classification * classification + weights.temporal * temporal + weights.spatial * spatial
    return Losses(total, classification, temporal, spatial)


def kept_squared_error(
    predicted: Float[Tensor, "batch frames rows columns"],
    wanted: Float[Tensor, "batch frames rows columns"],
    kept: Bool[Tensor, "batch rows columns"],
) -> Float[Tensor, ""]:
    """The sum of the squared differences over all frames of the kept patches; 0 where none is kept."""
    weight = kept[:, None].to(predicted.dtype).expand_as(predicted)
    return ((predicted - wanted).square() * weight).sum()


def sum_of_parts(parts: Sequence[Losses], team: Team) -> Losses:
    """The losses of a whole step from those of its parts, here and in the rest of the team."""
    rows = [torch.stack([one.total, one.classification, one.temporal, one.spatial]).detach() for one in parts]
    return Losses(*summed(torch.stack(rows).sum(0), team))
