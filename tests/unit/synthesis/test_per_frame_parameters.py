from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.synthetic_cache import write_synthetic_cache

from fakestormer.data.cache import read_cache
from fakestormer.data.training_set import ClipSampling, SelfBlendedSet, without_augmentation
from fakestormer.synthesis import SelfBlender, SynthesisConfig, blend_frame_by_frame
from fakestormer.types import ConfigError


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    cache = write_synthetic_cache(tmp_path_factory.mktemp("drawn"))
    return next(track for track in read_cache(cache) if track.identity == "anna").read([0, 1, 2, 3])


CONFIG = without_augmentation(SynthesisConfig(p_cutout=1.0, p_change_target=0.0))


def steps(masks):
    return float(np.abs(np.diff(masks, axis=0)).mean())


def test_masks_differ_from_frame_to_frame_and_without_the_switch_they_do_not(clip) -> None:
    redrawn = blend_frame_by_frame(SelfBlender(CONFIG), *clip, "facemesh468", 5)
    steady = SelfBlender(CONFIG).blend(*clip, "facemesh468", 5)
    assert steps(redrawn.mask) > 5 * steps(steady.mask)


def test_a_redrawn_fake_and_its_twin_share_framing_and_cutout_and_differ_in_the_mask_only(clip) -> None:
    pair = blend_frame_by_frame(SelfBlender(CONFIG), *clip, "facemesh468", 5)
    apart = np.abs(pair.fake.astype(int) - pair.real).max(axis=3)
    assert apart[pair.mask == 0].max() <= 1
    assert apart[pair.mask > 0.5].max() > 1
    cut = np.kron(~pair.kept_patches, np.ones((16, 16), bool))
    assert cut.any()
    assert pair.fake[:, cut].max() == 0
    assert pair.real[:, cut].max() == 0
    assert np.ptp(pair.real_temporal_target) == 0


def test_the_switch_is_a_function_of_the_seed(tmp_path: Path) -> None:
    tracks = read_cache(write_synthetic_cache(tmp_path))
    sampling = ClipSampling(redraw_every_frame=True)
    one, other, plain = (
        SelfBlendedSet(tracks, how, CONFIG, 3, 4)[2]
        for how in (sampling, sampling, replace(sampling, redraw_every_frame=False))
    )
    assert np.array_equal(one.fake, other.fake)
    assert not np.array_equal(one.fake, plain.fake)


def test_redrawing_and_a_shifted_source_are_refused_together() -> None:
    with pytest.raises(ConfigError, match=r"redraw_every_frame and shifted_source_share=0\.5"):
        ClipSampling(redraw_every_frame=True, shifted_source_share=0.5)
