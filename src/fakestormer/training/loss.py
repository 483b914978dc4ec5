"""The three losses of the method's section 5 and their weighted sum."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

from fakestormer.data.batch import Batch
from fakestormer.model import ModelOutput
from fakestormer.training.config import LossWeights


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


def training_losses(output: ModelOutput, batch: Batch, weights: LossWeights) -> Losses:
    """The losses of one batch.

    Classification: BCE(z / 2, y). Temporal: mean squared error over kept patches. Spatial: BCE with soft labels.
    """
    classification = functional.binary_cross_entropy_with_logits(output.logits / 2, batch.labels)
    temporal = masked_squared_error(output.temporal_map, batch.temporal_targets, batch.kept_patches)
    spatial = functional.binary_cross_entropy_with_logits(output.spatial_logits, batch.spatial_targets)
    total = weights.classification * classification + weights.temporal * temporal + weights.spatial * spatial
    return Losses(total, classification, temporal, spatial)


def masked_squared_error(
    predicted: Float[Tensor, "batch frames rows columns"],
    wanted: Float[Tensor, "batch frames rows columns"],
    kept: Bool[Tensor, "batch rows columns"],
) -> Float[Tensor, ""]:
    """The mean of the squared differences over all frames of the kept patches; 0 where none is kept."""
    weight = kept[:, None].to(predicted.dtype).expand_as(predicted)
    squared = (predicted - wanted).square() * weight
    return squared.sum() / torch.clamp(weight.sum(), min=1.0)
