"""What each part of the method is worth: lite's clip network less one part each.

None has a stated result: whoever runs one compares it with `lite` on the same caches, development videos and seed. Each
takes the hardware and the time of lite's steps.
"""

from __future__ import annotations

from dataclasses import replace

from fakestormer.recipes.lite import lite
from fakestormer.training import TrainRun


def without_temporal_head() -> TrainRun:
    """`lite` without the temporal loss: nothing reaches the encoder through the temporal head.

    Command: `fakestormer train fakestormer.recipes.ablations:without_temporal_head --data CACHE --out DIR`.
    """
    run = lite()
    return replace(run, name="without_temporal_head", loss=replace(run.loss, temporal=0.0))


def without_spatial_head() -> TrainRun:
    """`lite` without the spatial loss.

    Command: `fakestormer train fakestormer.recipes.ablations:without_spatial_head --data CACHE --out DIR`.
    """
    run = lite()
    return replace(run, name="without_spatial_head", loss=replace(run.loss, spatial=0.0))


def without_cutout() -> TrainRun:
    """`lite` without vulnerability-driven cutout.

    Command: `fakestormer train fakestormer.recipes.ablations:without_cutout --data CACHE --out DIR`.
    """
    run = lite()
    return replace(run, name="without_cutout", synthesis=replace(run.synthesis, p_cutout=0.0))


def redrawn_every_frame() -> TrainRun:
    """`lite` with the synthesis parameters drawn anew for every frame: pseudo-fakes that flicker.

    Command: `fakestormer train fakestormer.recipes.ablations:redrawn_every_frame --data CACHE --out DIR`.
    """
    run = lite()
    sampling = replace(run.sampling, redraw_every_frame=True, shifted_source_share=0.0)
    return replace(run, name="redrawn_every_frame", sampling=sampling)


def without_landmark_interpolation() -> TrainRun:
    """`lite` with landmarks as they were found, however they jump.

    Command: `fakestormer train fakestormer.recipes.ablations:without_landmark_interpolation --data CACHE --out DIR`.
    """
    run = lite()
    # Further than any landmark can jump, and unlike infinity a number that JSON has.
    synthesis = replace(run.synthesis, jump_threshold=256.0)
    return replace(run, name="without_landmark_interpolation", synthesis=synthesis)
