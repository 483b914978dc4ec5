"""What the network says about a batch of clips."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """The three heads' answers (method, section 4).

    Attributes:
        logits: one a clip, forged is positive.
        spatial_logits: one a frame, its logistic is how vulnerable the frame's worst patch is.
        temporal_map: per frame and patch, the predicted standardised change of vulnerability.
    """

    logits: Float[Tensor, " B"]
    spatial_logits: Float[Tensor, "B T"]
    temporal_map: Float[Tensor, "B T R C"]
