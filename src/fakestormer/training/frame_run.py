"""Everything that defines a run of stage 1: the image network on single frames of the mix."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from fakestormer.data import FrameMix
from fakestormer.types import ClipSpec, ConfigError


@dataclass(frozen=True, slots=True)
class FrameOptimisation:
    """AdamW with a linear warm-up and a cosine to zero.

    Attributes:
        num_steps: steps of the whole run.
        pairs_per_step: pairs of a genuine and a forged picture in a step.
        peak_rate: learning rate of the network behind the warm-up.
        head_rate: learning rate of the last linear layer behind the warm-up.
        warmup_steps: steps until then.
        weight_decay: AdamW's.
        gradient_clip: largest norm of a step's gradient.
        average_decay: of the exponential moving average of the weights, which is what the run ships.
    """

    num_steps: int
    pairs_per_step: int = 12
    peak_rate: float = 3e-4
    head_rate: float = 1e-3
    warmup_steps: int = 50
    weight_decay: float = 1e-4
    gradient_clip: float = 5.0
    average_decay: float = 0.99

    def __post_init__(self) -> None:
        if min(self.num_steps, self.pairs_per_step) < 1:
            raise ConfigError(
                f"a run needs num_steps and pairs_per_step of at least 1, got {self.num_steps} and "
                f"{self.pairs_per_step}"
            )
        if not 0 < self.average_decay < 1:
            raise ConfigError(f"average_decay={self.average_decay} must lie between 0 and 1")


@dataclass(frozen=True, slots=True)
class FrameRun:
    """One run of stage 1, complete but for where its data lie and where its results go.

    Attributes:
        name: of the run.
        clip_spec: how crops are normalised.
        mix: which pairs are drawn.
        optimisation: optimiser and schedule.
        held_out: the share of people that only the validation sees.
        validation_pairs: pairs of a validation, of the kinds that are made from genuine pictures.
        validate_every: steps between validations.
        checkpoint_every: steps between checkpoints.
        seed: of weights, pairs and dropout.
        precision: of forward and backward passes; weights are float32.
    """

    name: str
    clip_spec: ClipSpec
    mix: FrameMix
    optimisation: FrameOptimisation
    held_out: float = 0.05
    validation_pairs: int = 96
    validate_every: int = 200
    checkpoint_every: int = 50
    seed: int = 0
    precision: Literal["float32", "bfloat16"] = "float32"

    def to_json(self) -> dict[str, Any]:
        """The settings as plain values, for `run.json`."""
        return dataclasses.asdict(self)
