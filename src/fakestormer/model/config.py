"""What defines one network; the four sizes of the method's section 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fakestormer.types import ConfigError

Stem = Literal["linear", "efficientnet_lite0"]
TokenStart = Literal["learned", "pooled"]


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The shape of one FakeSTormer; `lite()`, `tiny()`, `small()` and `base()` are the usual ones.

    `width` is D, `drop_path` the stochastic depth of the last block (the first has none; between them it grows
    linearly). `token_start` says how temporal and spatial tokens start: "learned" as one learned vector each, "pooled"
    with the mean of the patch embeddings they stand for on top. `zero_init_temporal` starts the linear layer behind
    temporal attention at zero, so that an image ViT is unchanged at first. Why lite differs from the paper in these:
    docs/decisions/0003-lite-model.md.
    """

    name: str
    width: int
    depth: int
    num_heads: int
    image_size: int = 224
    num_frames: int = 4
    patch_size: int = 16
    mlp_ratio: float = 4.0
    stem: Stem = "linear"
    token_start: TokenStart = "learned"
    zero_init_temporal: bool = True
    drop_path: float = 0.3
    head_dropout: float = 0.2

    def __post_init__(self) -> None:
        if min(self.width, self.depth, self.num_heads, self.num_frames, self.patch_size) < 1 or self.mlp_ratio <= 0:
            raise ConfigError(f"a model needs sizes of at least 1 and mlp_ratio > 0, got {self}")
        if self.image_size % self.patch_size or self.image_size < self.patch_size:
            raise ConfigError(
                f"image_size={self.image_size} must be a multiple of patch_size={self.patch_size}: change one of them"
            )
        if self.width % self.num_heads or self.width % 4:
            raise ConfigError(f"width={self.width} must be a multiple of num_heads={self.num_heads} and of 4")
        if self.stem not in ("linear", "efficientnet_lite0") or self.token_start not in ("learned", "pooled"):
            raise ConfigError(
                f"stem={self.stem!r} must be 'linear' or 'efficientnet_lite0', and "
                f"token_start={self.token_start!r} 'learned' or 'pooled'"
            )
        if self.stem == "efficientnet_lite0" and self.patch_size != 16:
            raise ConfigError(f"stem='efficientnet_lite0' has stride 16, so patch_size={self.patch_size} must be 16")
        if not (0 <= self.drop_path < 1 and 0 <= self.head_dropout < 1):
            raise ConfigError(
                f"drop_path={self.drop_path} and head_dropout={self.head_dropout} must be at least 0 and below 1"
            )

    @property
    def grid_size(self) -> int:
        """Rows, and columns, of patches in a frame."""
        return self.image_size // self.patch_size

    @property
    def num_patches(self) -> int:
        """Patches of one frame, N."""
        return self.grid_size**2

    @classmethod
    def lite(cls) -> ModelConfig:
        """EfficientNet-Lite0 up to stride 16, then 2 blocks of 192: the size for a CPU."""
        return cls(
            name="lite",
            width=192,
            depth=2,
            num_heads=3,
            stem="efficientnet_lite0",
            token_start="pooled",
            zero_init_temporal=False,
            drop_path=0.1,
        )

    @classmethod
    def tiny(cls) -> ModelConfig:
        """ViT-Ti/16."""
        return cls(name="tiny", width=192, depth=12, num_heads=3)

    @classmethod
    def small(cls) -> ModelConfig:
        """ViT-S/16."""
        return cls(name="small", width=384, depth=12, num_heads=6)

    @classmethod
    def base(cls) -> ModelConfig:
        """ViT-B/16, the paper's size: 12 x 768."""
        return cls(name="base", width=768, depth=12, num_heads=12)
