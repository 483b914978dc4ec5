"""The self-blended video: a real clip, its pseudo-fake and all targets, from a seed (sections 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8
from numpy import ndarray

from fakestormer.synthesis.augment import Recode, augment
from fakestormer.synthesis.blend import blend
from fakestormer.synthesis.colour import change_frames
from fakestormer.synthesis.config import SynthesisConfig
from fakestormer.synthesis.cutout import cut_patches, draw_kept_patches
from fakestormer.synthesis.landmarks import interpolate_landmarks
from fakestormer.synthesis.masks import draw_masks
from fakestormer.synthesis.parameters import SynthesisParameters, draw_parameters
from fakestormer.synthesis.regenerate import regenerate
from fakestormer.synthesis.regions import find_scheme
from fakestormer.synthesis.view import View, mirror, onto_output, place_views, show
from fakestormer.synthesis.vulnerability import pool_patches, spatial_target, temporal_targets, vulnerability
from fakestormer.synthesis.warp import chain, fit_similarity, misfit, move_image
from fakestormer.types import DataError


@dataclass(frozen=True, slots=True)
class SelfBlendedPair:
    """A real clip, its pseudo-fake twin, and what the three heads should say about them.

    `mask` and `vulnerability` are in [0, 1] at the size of the pictures and as they were before cutout.
    `spatial_target` is for the pseudo-fake (0 for the genuine counterpart). Patches that are not kept are zero
    in both clips and excluded from the targets. `parameters` are the draws behind it.
    """

    real: UInt8[ndarray, "frames size size 3"]
    fake: UInt8[ndarray, "frames size size 3"]
    mask: Float32[ndarray, "frames size size"]
    vulnerability: Float32[ndarray, "frames size size"]
    spatial_target: Float32[ndarray, " frames"]
    temporal_target: Float32[ndarray, "frames rows columns"]
    real_temporal_target: Float32[ndarray, "frames rows columns"]
    kept_patches: Bool[ndarray, "rows columns"]
    parameters: SynthesisParameters


def source_misfit(
    source_landmarks: Float[ndarray, "frames points 2"], target_landmarks: Float[ndarray, "frames points 2"]
) -> float:
    """How badly a source clip fits its target, in radii of the face: the worst frame's rest after the best similarity.

    SelfBlender takes sources up to `SynthesisConfig.max_source_misfit`.
    """
    return max(misfit(here, there) for here, there in zip(source_landmarks, target_landmarks, strict=True))


@dataclass(frozen=True, slots=True)
class SelfBlender:
    """Makes self-blended pairs. `recode` is a video codec (frames, constant rate factor) -> frames, if there is one."""

    config: SynthesisConfig = field(default_factory=SynthesisConfig)
    recode: Recode | None = None

    def blend(
        self,
        target_images: UInt8[ndarray, "frames size size 3"],
        target_landmarks: Float[ndarray, "frames points 2"],
        scheme: str,
        seed: int,
        source_images: UInt8[ndarray, "source_frames source_size source_size 3"] | None = None,
        source_landmarks: Float[ndarray, "source_frames source_points 2"] | None = None,
    ) -> SelfBlendedPair:
        """A self-blended pair, determined by its arguments and the configuration.

        Images are square crops, landmarks are in their pixels. The source is the same person at another moment (the
        same number of frames); without one the target is its own source. DataError where the landmarks do not fit the
        scheme, the face leaves the crop or the mask is empty.
        """
        parameters = draw_parameters(self.config, np.random.default_rng(seed))
        return self.blend_with(parameters, target_images, target_landmarks, scheme, source_images, source_landmarks)

    def blend_with(
        self,
        parameters: SynthesisParameters,
        target_images: UInt8[ndarray, "frames size size 3"],
        target_landmarks: Float[ndarray, "frames points 2"],
        scheme: str,
        source_images: UInt8[ndarray, "source_frames source_size source_size 3"] | None = None,
        source_landmarks: Float[ndarray, "source_frames source_points 2"] | None = None,
    ) -> SelfBlendedPair:
        """A self-blended pair with these draws; otherwise as `blend`."""
        config, crop_size = self.config, target_images.shape[1]
        points = self._steady_landmarks(target_landmarks, crop_size)
        face = find_scheme(scheme, points.shape[1])
        views = place_views(parameters, crop_size)
        source = self._place_source(parameters, views.source, points, target_images, source_images, source_landmarks)
        # The mask moves with the source.
        masks = draw_masks(points, face, parameters.mask, views.source, crop_size, config)
        target = show(target_images, views.target, config.image_size)
        if parameters.change_target:
            target = self._change(target, parameters)
        # Where the mask is 0 the source is not seen, so nothing is done to it there.
        inside = (slice(None), masks.rows, masks.columns)
        source = source[inside]
        if not parameters.change_target:
            source = self._change(source, parameters)
        fake = target.copy()
        fake[inside] = blend(source, target[inside], masks.values[inside], parameters.blend_ratio)
        return self._finish(parameters, fake, target, masks.values)

    def _steady_landmarks(
        self, landmarks: Float[ndarray, "frames points 2"], size: int
    ) -> Float[ndarray, "frames points 2"]:
        config = self.config
        if not np.isfinite(landmarks).all():
            raise DataError("the clip's landmarks are not all finite numbers: leave this clip out")
        outside = float(np.mean((landmarks < 0).any(axis=2) | (landmarks > size).any(axis=2), axis=1).max())
        if outside > config.max_points_outside:
            raise DataError(
                f"the face leaves the crop: {outside:.0%} of the landmarks of a frame lie outside its {size} pixels, "
                f"at most {config.max_points_outside:.0%} may: leave this clip out or cut larger crops"
            )
        return interpolate_landmarks(landmarks, size, config.jump_threshold, config.jump_step, config.max_lag)

    def _place_source(
        self,
        parameters: SynthesisParameters,
        view: View,
        points: Float[ndarray, "frames points 2"],
        target_images: UInt8[ndarray, "frames size size 3"],
        source_images: UInt8[ndarray, "source_frames source_size source_size 3"] | None,
        source_landmarks: Float[ndarray, "source_frames source_points 2"] | None,
    ) -> UInt8[ndarray, "frames new_size new_size 3"]:
        """The source frames over the target's face, scaled, shifted and framed as drawn; one interpolation."""
        size, crop_size, regeneration = self.config.image_size, target_images.shape[1], parameters.regeneration
        if source_images is None and source_landmarks is None:
            seen = target_images if regeneration is None else regenerate(target_images, regeneration)
            return show(seen, view, size)
        if source_images is None or source_landmarks is None:
            raise DataError("a source clip needs both images and landmarks, got one of them: give both or neither")
        if source_images.shape != target_images.shape or source_landmarks.shape != points.shape:
            raise DataError(
                f"source and target must be alike, got images {source_images.shape} and {target_images.shape}, "
                f"landmarks {source_landmarks.shape} and {points.shape}: cut both clips alike"
            )
        if regeneration is not None:
            source_images = regenerate(source_images, regeneration)
        onto_target = self._fit_source(self._steady_landmarks(source_landmarks, crop_size), points)
        framed = onto_output(view, size)
        return np.stack(
            [
                move_image(image, chain(similarity, framed), cv2.INTER_LINEAR, size)
                for image, similarity in zip(source_images, onto_target, strict=True)
            ]
        )

    def _fit_source(
        self, source_points: Float[ndarray, "frames points 2"], points: Float[ndarray, "frames points 2"]
    ) -> list[Float[ndarray, "2 3"]]:
        """For every frame the similarity that lays the source's face over the target's."""
        worst = source_misfit(source_points, points)
        if worst > self.config.max_source_misfit:
            raise DataError(
                f"the source shows the face in another pose: misfit {worst:.2f}, at most "
                f"{self.config.max_source_misfit} works: choose another moment with source_misfit"
            )
        return [fit_similarity(here, there) for here, there in zip(source_points, points, strict=True)]

    def _change(
        self, images: UInt8[ndarray, "frames height width 3"], parameters: SynthesisParameters
    ) -> UInt8[ndarray, "frames height width 3"]:
        return change_frames(images, parameters.colour, parameters.frequency)

    def _finish(
        self,
        parameters: SynthesisParameters,
        fake: UInt8[ndarray, "frames size size 3"],
        real: UInt8[ndarray, "frames size size 3"],
        mask: Float32[ndarray, "frames size size"],
    ) -> SelfBlendedPair:
        """Mirroring, targets, final augmentation and cutout, the same for both clips."""
        config = self.config
        if parameters.framing.flip:
            fake, real, mask = mirror(fake), mirror(real), mirror(mask)
        boundary = vulnerability(mask)
        pooled = pool_patches(boundary, config.num_rows, config.num_columns)
        if pooled.max(axis=(1, 2)).min() < config.min_vulnerability_left:
            raise DataError(
                "the blending mask is empty or has no boundary inside the crop in some frame: leave this clip out, its "
                "face is too small or too close to the border"
            )
        kept = np.ones(pooled.shape[1:], dtype=bool)
        if parameters.cutout:
            kept = draw_kept_patches(pooled, config, parameters.cutout_seed)
        targets = temporal_targets(pooled, config.min_deviation)
        fake, real = (cut_patches(augment(clip, parameters.augmentation, self.recode), kept) for clip in (fake, real))
        return SelfBlendedPair(
            real=real,
            fake=fake,
            mask=mask,
            vulnerability=boundary,
            spatial_target=spatial_target(pooled, kept),
            temporal_target=targets.fake,
            real_temporal_target=targets.real,
            kept_patches=kept,
            parameters=parameters,
        )
