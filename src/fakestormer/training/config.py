"""Everything that defines one training run; recipes build it, `run.json` records it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from fakestormer.data import ClipSampling
from fakestormer.model import ModelConfig
from fakestormer.synthesis import SynthesisConfig
from fakestormer.types import ClipSpec, ConfigError

Trained = Literal["all", "norms", "norms_and_temporal"]
WarmStart = Literal["none", "efficientnet_lite0", "vit", "dinov2_small"]


@dataclass(frozen=True, slots=True)
class LossWeights:
    """The weights of the three terms (method, section 5)."""

    classification: float = 0.8
    temporal: float = 50.0
    spatial: float = 0.2


@dataclass(frozen=True, slots=True)
class Optimisation:
    """Optimiser and schedule (method, section 6). Everything is counted in steps, not epochs.

    `pairs_per_step` is the whole team's batch: it is shared by all processes, and each takes its share in `accumulate`
    parts, which changes memory and nothing else. `sam_rho` switches sharpness-aware minimisation on: two passes a step
    (`sam.py`). Each process then climbs by its own share's gradient; with `sam_joined_ascent` all climb by the whole
    step's, so that a step is the same however many share it, for a second exchange of gradients. `trained` says which
    of the encoder's weights move: all, those of its norms, or those and the temporal layers; the heads always do.
    The learning rate of the encoder's stem is multiplied by `stem_rate`. `frozen_stem_blocks` keeps the first
    convolution and that many blocks of convolutional stems as they were warm-started (the costliest part of a step on a
    CPU).
    """

    num_steps: int
    pairs_per_step: int
    peak_rate: float = 5e-5
    first_rate: float = 1e-7
    warmup_share: float = 0.25
    betas: tuple[float, float] = (0.9, 0.995)
    weight_decay: float = 1e-4
    gradient_clip: float | None = None
    frozen_encoder_steps: int = 0
    frozen_stem_blocks: int | None = None
    stem_rate: float = 1.0
    average_decay: float | None = None
    optimiser: Literal["adam", "adamw"] = "adam"
    sam_rho: float | None = None
    sam_joined_ascent: bool = False
    accumulate: int = 1
    trained: Trained = "all"

    def __post_init__(self) -> None:
        if self.num_steps < 1 or self.pairs_per_step < 1:
            raise ConfigError(
                f"a run needs num_steps and pairs_per_step of at least 1, got {self.num_steps} and "
                f"{self.pairs_per_step}"
            )
        if self.frozen_encoder_steps >= self.num_steps:
            raise ConfigError(
                f"frozen_encoder_steps={self.frozen_encoder_steps} leaves nothing of num_steps={self.num_steps}"
            )
        if not 1 <= self.accumulate <= self.pairs_per_step:
            raise ConfigError(
                f"accumulate={self.accumulate} must part the pairs_per_step={self.pairs_per_step} of a step in parts "
                "of at least one pair"
            )
        if self.sam_rho is not None and self.sam_rho <= 0:
            raise ConfigError(f"sam_rho={self.sam_rho} must be above 0, or None for a step without sharpness")
        if self.sam_joined_ascent and self.sam_rho is None:
            raise ConfigError(f"sam_joined_ascent={self.sam_joined_ascent} says nothing where sam_rho=None: set both")


@dataclass(frozen=True, slots=True)
class Validation:
    """Self-blended clips of held-out identities: how many people, how many pairs, how often."""

    held_out: float = 0.08
    num_pairs: int = 96
    every: int = 200


@dataclass(frozen=True, slots=True)
class TrainRun:
    """One training run, complete but for where its data lie and where its results go.

    `warm_start`: ImageNet weights of the convolutional stem, a ViT's safetensors file with timm's names ("vit"), or
    DINOv2's ViT-S/14. `compiled` hands the model to torch.compile, which nobody has measured here: off. `tensorboard`
    writes the numbers of `metrics.jsonl` for TensorBoard as well.
    """

    name: str
    model: ModelConfig
    clip_spec: ClipSpec
    sampling: ClipSampling
    synthesis: SynthesisConfig
    optimisation: Optimisation
    loss: LossWeights = field(default_factory=LossWeights)
    validation: Validation = field(default_factory=Validation)
    warm_start: WarmStart = "none"
    precision: Literal["float32", "bfloat16"] = "float32"
    compiled: bool = False
    tensorboard: bool = False
    num_workers: int = 1
    seed: int = 0
    checkpoint_every: int = 100
    keep_every: int | None = None

    def __post_init__(self) -> None:
        if self.sampling.num_frames != self.clip_spec.num_frames:
            raise ConfigError(
                f"sampling.num_frames={self.sampling.num_frames} and clip_spec.num_frames="
                f"{self.clip_spec.num_frames} must be the same clip length"
            )
        if self.clip_spec.image_size != self.model.image_size:
            raise ConfigError(
                f"clip_spec.image_size={self.clip_spec.image_size} and model.image_size={self.model.image_size} "
                "must be the same"
            )
        wanted = (self.model.image_size, self.model.grid_size, self.model.grid_size)
        made = (self.synthesis.image_size, self.synthesis.num_rows, self.synthesis.num_columns)
        if made != wanted:
            raise ConfigError(
                f"synthesis.image_size, num_rows and num_columns are {made}, the model's image_size and patch grid "
                f"{wanted}: they must be the same"
            )
        self._refuse_a_start_that_does_not_fit()

    def _refuse_a_start_that_does_not_fit(self) -> None:
        wanted = {"none": self.model.stem, "efficientnet_lite0": "efficientnet_lite0"}.get(self.warm_start, "linear")
        if self.model.stem != wanted:
            raise ConfigError(
                f"warm_start={self.warm_start!r} fills a stem of kind {wanted!r}, model.stem is {self.model.stem!r}"
            )
        silent = self.model.token_start == "learned" and self.model.zero_init_temporal
        if self.optimisation.trained == "norms" and silent:
            raise ConfigError(
                "optimisation.trained='norms' leaves temporal attention silent, and with model.token_start='learned' "
                "the class logit then never sees a picture: set token_start='pooled' or train 'norms_and_temporal'"
            )

    def to_json(self) -> dict[str, Any]:
        """The run as plain JSON values."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return plain
