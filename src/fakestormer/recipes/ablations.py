"""What each part of the method is worth: lite without its direct vote, which is the method alone, less one part each.

The vote is fitted by itself and adds its own evidence, which would cover what a part of the method carries; what it is
worth, with the levelling of the tokens beside it, is the difference between `lite` and `without_direct_vote`. None has
a stated result: whoever runs one compares it with `without_direct_vote` on the same caches, development videos and
seed. Each takes the hardware and the time of lite's steps.
"""

from __future__ import annotations

from dataclasses import replace

from fakestormer.recipes.lite import lite
from fakestormer.training.config import TrainRun


def without_direct_vote() -> TrainRun:
    """lite without the direct vote: the method alone.

    Command: `fakestormer train fakestormer.recipes.ablations:without_direct_vote --data CACHE --out DIR`.
    """
    run = lite()
    return replace(
        run,
        name="without_direct_vote",
        model=replace(run.model, vote_blocks=()),
        vote_synthesis=None,
        optimisation=replace(run.optimisation, vote_pairs=0),
    )


def without_temporal_head() -> TrainRun:
    """`without_direct_vote` without the temporal loss: nothing reaches the encoder through the temporal head.

    Command: `fakestormer train fakestormer.recipes.ablations:without_temporal_head --data CACHE --out DIR`.
    """
    run = without_direct_vote()
    return replace(run, name="without_temporal_head", loss=replace(run.loss, temporal=0.0))


def without_spatial_head() -> TrainRun:
    """`without_direct_vote` without the spatial loss.

    Command: `fakestormer train fakestormer.recipes.ablations:without_spatial_head --data CACHE --out DIR`.
    """
    run = without_direct_vote()
    return replace(run, name="without_spatial_head", loss=replace(run.loss, spatial=0.0))


def without_cutout() -> TrainRun:
    """`without_direct_vote` without vulnerability-driven cutout.

    Command: `fakestormer train fakestormer.recipes.ablations:without_cutout --data CACHE --out DIR`.
    """
    run = without_direct_vote()
    return replace(run, name="without_cutout", synthesis=replace(run.synthesis, p_cutout=0.0))


def redrawn_every_frame() -> TrainRun:
    """`without_direct_vote` with the synthesis parameters drawn anew for every frame: pseudo-fakes that flicker.

    Command: `fakestormer train fakestormer.recipes.ablations:redrawn_every_frame --data CACHE --out DIR`.
    """
    run = without_direct_vote()
    sampling = replace(run.sampling, redraw_every_frame=True, shifted_source_share=0.0)
    return replace(run, name="redrawn_every_frame", sampling=sampling)


def without_landmark_interpolation() -> TrainRun:
    """`without_direct_vote` with landmarks as they were found, however they jump.

    Command: `fakestormer train fakestormer.recipes.ablations:without_landmark_interpolation --data CACHE --out DIR`.
    """
    run = without_direct_vote()
    # Further than any landmark can jump, and unlike infinity a number that JSON has.
    synthesis = replace(run.synthesis, jump_threshold=256.0)
    return replace(run, name="without_landmark_interpolation", synthesis=synthesis)
