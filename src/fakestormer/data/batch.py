"""What one training step sees: real clips and their pseudo-fake twins as tensors, with all targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from fakestormer.synthesis import SelfBlendedPair


@dataclass(frozen=True, slots=True)
class Batch:
    """Clips with their targets: the real ones first, each pseudo-fake at the same place of the second half.

    clips: RGB. labels: fake = 1. spatial_targets: p(t) of the method's section 1. temporal_targets: standardised
    change of vulnerability. kept_patches: False where cutout took the patch out of the temporal loss.
    """

    clips: UInt8[Tensor, "batch frames size size 3"]
    labels: Float[Tensor, " batch"]
    spatial_targets: Float[Tensor, "batch frames"]
    temporal_targets: Float[Tensor, "batch frames rows columns"]
    kept_patches: Bool[Tensor, "batch rows columns"]

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        moved = {field.name: getattr(self, field.name).to(device, non_blocking=True) for field in fields(self)}
        return replace(self, **moved)


def collate_pairs(pairs: Sequence[SelfBlendedPair]) -> Batch:
    """One batch of 2 x len(pairs) clips."""
    temporal = [p.real_temporal_target for p in pairs] + [p.temporal_target for p in pairs]
    spatial = [np.zeros_like(p.spatial_target) for p in pairs] + [p.spatial_target for p in pairs]
    return Batch(
        clips=torch.from_numpy(np.stack([p.real for p in pairs] + [p.fake for p in pairs])),
        labels=torch.cat([torch.zeros(len(pairs)), torch.ones(len(pairs))]),
        spatial_targets=torch.from_numpy(np.stack(spatial).astype(np.float32)),
        temporal_targets=torch.from_numpy(np.stack(temporal).astype(np.float32)),
        kept_patches=torch.from_numpy(np.stack([p.kept_patches for p in pairs] * 2)),
    )
