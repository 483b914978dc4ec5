from __future__ import annotations

import pytest

from fakestormer.synthesis import AugmentationConfig, SynthesisConfig
from fakestormer.types import ConfigError


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"p_flip": 1.5}, "p_flip is a probability"),
        ({"image_size": 225}, "image_size must be a multiple of num_rows and num_columns, got 225, 14 and 14"),
        ({"crop_margin": (5.0, 200.0)}, "crop_margin must lie in"),
        ({"mask_kernel": (4, 25)}, "mask_kernel must have odd bounds"),
        ({"blend_ratios": (0.5, 2.0)}, "blend_ratios must lie in"),
    ],
)
def test_contradictions_are_refused_with_the_value(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SynthesisConfig(**wrong)


@pytest.mark.parametrize("wrong", [{"p_jpeg": -0.1}, {"low_resolution": (0.0, 1.0)}, {"jpeg_quality": (0, 100)}])
def test_impossible_augmentations_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        AugmentationConfig(**wrong)
