"""Every probability and range of the synthesis, with the section of the method it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from fakestormer.types import ConfigError

Range = tuple[float, float]


def refuse_bad_probabilities(config: AugmentationConfig | SynthesisConfig) -> None:
    """ConfigError where a field whose name starts with p_ is no probability."""
    for entry in fields(config):
        if entry.name.startswith("p_") and not 0 <= getattr(config, entry.name) <= 1:
            raise ConfigError(f"{entry.name} is a probability between 0 and 1, got {getattr(config, entry.name)}")


@dataclass(frozen=True, slots=True)
class ColourRanges:
    """How far a colour change may go; every entry is the largest change either way.

    `rgb_shift` in 8-bit levels, drawn for each channel; `hue` in degrees; the others are relative. Brightness is a
    gain, not an offset: an offset of the paper's size leaves nothing of dark clips. The three groups are on with a
    probability each.
    """

    rgb_shift: float
    hue: float
    saturation: float
    value: float
    brightness: float
    contrast: float
    p_rgb_shift: float
    p_hsv: float
    p_brightness_contrast: float


# Section 2.2 gives +-0.3 for hue, saturation and value without a unit. As 8-bit levels that changes nothing, as
# fractions of the range faces turn green and every seam can be seen from afar. These were chosen by eye.
BLENDING_COLOUR = ColourRanges(
    rgb_shift=20.0, hue=3.0, saturation=0.06, value=0.03, brightness=0.1, contrast=0.1,
    p_rgb_shift=0.3, p_hsv=1.0, p_brightness_contrast=1.0,
)  # fmt: skip
FINAL_COLOUR = ColourRanges(
    rgb_shift=20.0, hue=8.0, saturation=0.3, value=0.1, brightness=0.3, contrast=0.3,
    p_rgb_shift=0.3, p_hsv=0.3, p_brightness_contrast=0.3,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AugmentationConfig:
    """The final augmentation (section 2.4), drawn once per clip, the same for the pseudo-fake and its real twin.

    Beyond the paper: `low_resolution` (the face reduced to that share of its size and enlarged again), `blur`
    (Gaussian, deviation in pixels of 224), `noise` (sensor noise, deviation in 8-bit levels) and `recode` (a video
    codec at that constant rate factor; SelfBlender must be given one).
    """

    colour: ColourRanges = FINAL_COLOUR
    p_low_resolution: float = 0.3
    low_resolution: Range = (0.35, 1.0)
    p_blur: float = 0.15
    blur: Range = (0.4, 2.0)
    p_noise: float = 0.15
    noise: Range = (1.0, 8.0)
    p_jpeg: float = 0.5
    jpeg_quality: tuple[int, int] = (40, 100)
    p_recode: float = 0.3
    recode_crf: tuple[int, int] = (18, 38)

    def __post_init__(self) -> None:
        refuse_bad_probabilities(self)
        if not 0 < self.low_resolution[0] <= self.low_resolution[1] <= 1:
            raise ConfigError(f"low_resolution must lie in (0, 1], got {self.low_resolution}")
        if not 1 <= self.jpeg_quality[0] <= self.jpeg_quality[1] <= 100:
            raise ConfigError(f"jpeg_quality must lie in 1 to 100, got {self.jpeg_quality}")


NO_COLOUR = ColourRanges(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
NO_AUGMENTATION = AugmentationConfig(
    colour=NO_COLOUR, p_low_resolution=0.0, p_blur=0.0, p_noise=0.0, p_jpeg=0.0, p_recode=0.0
)


@dataclass(frozen=True, slots=True)
class SynthesisConfig:
    """How pseudo-fakes are made. Lengths in pixels are meant on crops of 256 pixels and scale with the crop.

    `image_size` is the size of what comes out, `num_rows` x `num_columns` its patch grid (14 x 14 patches of 16 px).
    """

    image_size: int = 224
    num_rows: int = 14
    num_columns: int = 14
    # Section 2.1: landmarks that jump further than this (see landmarks.py) move in steps of about `jump_step`.
    jump_threshold: float = 0.35
    jump_step: float = 0.2
    max_lag: float = 1.0
    max_points_outside: float = 0.1
    # A source at another moment may differ in pose by this much (see warp.misfit); beyond it faces show double.
    max_source_misfit: float = 0.1
    # Section 2.2: mask, colour and frequency, affine change, blending.
    p_without_forehead: float = 0.25
    # Beyond the paper, off as published: the mask covers only what dubbing replaces, the mouth or all below the nose.
    p_dubbing_hull: float = 0.0
    forehead_lift: float = 1.0
    p_change_target: float = 0.5
    colour: ColourRanges = BLENDING_COLOUR
    p_frequency: float = 1.0
    downscale_factors: tuple[int, ...] = (2, 4)
    sharpen: Range = (0.05, 0.3)
    shift_x: float = 0.03
    shift_y: float = 0.015
    scale: Range = (0.95, 1 / 0.95)
    # Beyond the paper, off as published: a target that stays in place, framed at its own scale by chance, would keep
    # sensor and codec noise that the moved source has lost, as in no real forgery.
    resample_target: bool = False
    target_scale: Range = (0.96, 1 / 0.96)
    target_shift: float = 0.01
    # Beyond the paper, off as published: the source's face comes back from a small picture, as generators give it
    # (see regenerate.py); sizes as shares of the crop's.
    p_regenerated_source: float = 0.0
    regenerated_size: Range = (0.25, 0.69)
    elastic_alpha: float = 50.0
    elastic_sigma: float = 7.0
    mask_resize: Range = (0.8, 1 / 0.8)
    mask_kernel: tuple[int, int] = (5, 25)
    mask_sigma: Range = (5.0, 45.0)
    blend_ratios: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)
    # Section 2.3.
    crop_margin: Range = (5.0, 25.0)
    p_flip: float = 0.5
    # Section 3.
    p_cutout: float = 0.5
    cutout_threshold: Range = (0.5, 1.0)
    p_cut_other_patch: float = 0.01
    min_vulnerability_left: float = 0.1
    # Section 1: the deviation that standardises the temporal target is never taken as smaller (see vulnerability.py).
    min_deviation: float = 0.01
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)

    def __post_init__(self) -> None:
        refuse_bad_probabilities(self)
        if self.image_size % self.num_rows or self.image_size % self.num_columns:
            raise ConfigError(
                f"image_size must be a multiple of num_rows and num_columns, got {self.image_size}, {self.num_rows} "
                f"and {self.num_columns}"
            )
        if not 0 < self.regenerated_size[0] <= self.regenerated_size[1] <= 1:
            raise ConfigError(f"regenerated_size must lie in (0, 1], got {self.regenerated_size}")
        if not 0 <= self.crop_margin[0] <= self.crop_margin[1] < 128:
            raise ConfigError(f"crop_margin must lie in 0 to 128 of 256 pixels, got {self.crop_margin}")
        if self.mask_kernel[0] % 2 == 0 or self.mask_kernel[1] % 2 == 0:
            raise ConfigError(f"mask_kernel must have odd bounds, got {self.mask_kernel}")
        if not self.blend_ratios or not all(0 < ratio <= 1 for ratio in self.blend_ratios):
            raise ConfigError(f"blend_ratios must lie in (0, 1], got {self.blend_ratios}")
