"""The random draws of one clip. They are made once, so every frame of the clip is treated alike (section 2.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from fakestormer.synthesis.config import AugmentationConfig, ColourRanges, Range, SynthesisConfig

HullFamily = Literal["lower_face", "raised", "components", "whole_face", "below_nose", "mouth"]
HULL_FAMILIES: tuple[HullFamily, ...] = get_args(HullFamily)
# The paper's four, and what dubbing replaces: beyond the paper.
PAPER_HULLS, DUBBING_HULLS = HULL_FAMILIES[:4], HULL_FAMILIES[4:]
Enlargement = Literal["linear", "cubic", "nearest", "lanczos"]


@dataclass(frozen=True, slots=True)
class ColourChange:
    """One change of colour; units as in ColourRanges."""

    rgb_shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    hue: float = 0.0
    saturation: float = 0.0
    value: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0


@dataclass(frozen=True, slots=True)
class FrequencyChange:
    """Either fewer details (reduced by `factor` and enlarged again) or sharper ones (`amount`)."""

    kind: Literal["none", "downscale", "sharpen"]
    factor: int
    amount: float


@dataclass(frozen=True, slots=True)
class Regeneration:
    """The source as a generator of small pictures would give it back: its size, how it is enlarged, whether smoothed.

    `size` is a share of the crop's. Beyond the paper; see `regenerate.py`.
    """

    size: float
    enlarged: Enlargement
    smoothed: bool


@dataclass(frozen=True, slots=True)
class MaskShape:
    """Which hull, where it goes and how its edge is softened; lengths in pixels of 256, shifts in fractions."""

    hull: HullFamily
    use_forehead: bool
    shift_x: float
    shift_y: float
    scale: float
    elastic_seed: int
    resize: float
    first_kernel: int
    second_kernel: int
    second_sigma: float


@dataclass(frozen=True, slots=True)
class Framing:
    """The part of the crop that is kept, in fractions of its size, and whether it is mirrored."""

    left: float
    top: float
    size: float
    flip: bool


@dataclass(frozen=True, slots=True)
class Augmentation:
    """The final augmentation of one clip; None where a step is left out."""

    colour: ColourChange
    low_resolution: float | None
    blur: float | None
    noise: float | None
    noise_seed: int
    jpeg_quality: int | None
    recode_crf: int | None


@dataclass(frozen=True, slots=True)
class TargetMove:
    """A small change of scale and place of the whole target, in shares of the crop; (1, 0, 0) leaves it as it is."""

    scale: float
    shift_x: float
    shift_y: float


@dataclass(frozen=True, slots=True)
class SynthesisParameters:
    """All draws of one clip; with frames and landmarks they determine the pseudo-fake and its targets."""

    mask: MaskShape
    change_target: bool
    colour: ColourChange
    frequency: FrequencyChange
    blend_ratio: float
    framing: Framing
    cutout: bool
    cutout_seed: int
    augmentation: Augmentation
    target_move: TargetMove
    regeneration: Regeneration | None = None


def draw_parameters(config: SynthesisConfig, rng: np.random.Generator) -> SynthesisParameters:
    """The draws of one clip. Switching a step off in the configuration leaves the other draws as they were."""
    drawn = SynthesisParameters(
        mask=_draw_mask_shape(config, rng),
        change_target=_chance(rng, config.p_change_target),
        colour=_draw_colour(config.colour, rng),
        frequency=_draw_frequency(config, rng),
        blend_ratio=config.blend_ratios[_pick(rng, len(config.blend_ratios))],
        framing=_draw_framing(config, rng),
        cutout=_chance(rng, config.p_cutout),
        cutout_seed=_draw_seed(rng),
        augmentation=_draw_augmentation(config.augmentation, rng),
        target_move=_draw_target_move(config, rng),
    )
    dubbed, hull = _chance(rng, config.p_dubbing_hull), DUBBING_HULLS[_pick(rng, len(DUBBING_HULLS))]
    if dubbed:
        drawn = replace(drawn, mask=replace(drawn.mask, hull=hull))
    return replace(drawn, regeneration=_draw_regeneration(config, rng))


def _draw_mask_shape(config: SynthesisConfig, rng: np.random.Generator) -> MaskShape:
    half_kernels = (config.mask_kernel[0] // 2, config.mask_kernel[1] // 2)
    return MaskShape(
        hull=PAPER_HULLS[_pick(rng, len(PAPER_HULLS))],
        use_forehead=not _chance(rng, config.p_without_forehead),
        shift_x=_within(rng, (-config.shift_x, config.shift_x)),
        shift_y=_within(rng, (-config.shift_y, config.shift_y)),
        scale=_within(rng, config.scale),
        elastic_seed=_draw_seed(rng),
        resize=_within(rng, config.mask_resize),
        first_kernel=2 * _whole(rng, half_kernels) + 1,
        second_kernel=2 * _whole(rng, half_kernels) + 1,
        second_sigma=_within(rng, config.mask_sigma),
    )


def _draw_colour(ranges: ColourRanges, rng: np.random.Generator) -> ColourChange:
    unit = rng.uniform(-1, 1, size=8)
    shifted, tinted, exposed = rng.random(3) < (ranges.p_rgb_shift, ranges.p_hsv, ranges.p_brightness_contrast)
    red, green, blue = (float(value) * ranges.rgb_shift * float(shifted) for value in unit[:3])
    return ColourChange(
        rgb_shift=(red, green, blue),
        hue=float(unit[3] * ranges.hue * tinted),
        saturation=float(unit[4] * ranges.saturation * tinted),
        value=float(unit[5] * ranges.value * tinted),
        brightness=float(unit[6] * ranges.brightness * exposed),
        contrast=float(unit[7] * ranges.contrast * exposed),
    )


def _draw_frequency(config: SynthesisConfig, rng: np.random.Generator) -> FrequencyChange:
    changed = _chance(rng, config.p_frequency)
    kind: Literal["downscale", "sharpen"] = "downscale" if _chance(rng, 0.5) else "sharpen"
    factor = config.downscale_factors[_pick(rng, len(config.downscale_factors))]
    return FrequencyChange(kind if changed else "none", factor, _within(rng, config.sharpen))


def _draw_regeneration(config: SynthesisConfig, rng: np.random.Generator) -> Regeneration | None:
    regenerated = _chance(rng, config.p_regenerated_source)
    ways = get_args(Enlargement)
    drawn = Regeneration(_within(rng, config.regenerated_size), ways[_pick(rng, len(ways))], _chance(rng, 0.5))
    return drawn if regenerated else None


def _draw_framing(config: SynthesisConfig, rng: np.random.Generator) -> Framing:
    """A square whose four margins all lie in the configured range."""
    low, high = (margin / 256 for margin in config.crop_margin)
    both = 2 * _within(rng, (low, high))
    side = (max(low, both - high), min(high, both - low))
    return Framing(_within(rng, side), _within(rng, side), 1 - both, _chance(rng, config.p_flip))


def _draw_target_move(config: SynthesisConfig, rng: np.random.Generator) -> TargetMove:
    """Never nothing where targets are to be resampled: a picture that stays in place is not interpolated."""
    scale = _within(rng, config.target_scale)
    shifts = (_within(rng, (-1.0, 1.0)), _within(rng, (-1.0, 1.0)))
    if not config.resample_target:
        return TargetMove(1.0, 0.0, 0.0)
    return TargetMove(scale, shifts[0] * config.target_shift, shifts[1] * config.target_shift)


def _draw_augmentation(config: AugmentationConfig, rng: np.random.Generator) -> Augmentation:
    colour = _draw_colour(config.colour, rng)
    reduced, blurred, noisy, jpeg, recoded = rng.random(5) < (
        config.p_low_resolution,
        config.p_blur,
        config.p_noise,
        config.p_jpeg,
        config.p_recode,
    )
    low_resolution, blur, noise = (_within(rng, r) for r in (config.low_resolution, config.blur, config.noise))
    quality, crf = _whole(rng, config.jpeg_quality), _whole(rng, config.recode_crf)
    return Augmentation(
        colour=colour,
        low_resolution=low_resolution if reduced else None,
        blur=blur if blurred else None,
        noise=noise if noisy else None,
        noise_seed=_draw_seed(rng),
        jpeg_quality=quality if jpeg else None,
        recode_crf=crf if recoded else None,
    )


def _chance(rng: np.random.Generator, probability: float) -> bool:
    return bool(rng.random() < probability)


def _within(rng: np.random.Generator, limits: Range) -> float:
    return float(rng.uniform(*limits))


def _whole(rng: np.random.Generator, limits: tuple[int, int]) -> int:
    return int(rng.integers(limits[0], limits[1] + 1))


def _pick(rng: np.random.Generator, count: int) -> int:
    return int(rng.integers(count))


def _draw_seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**63))
