from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from fakestormer.synthesis import NO_AUGMENTATION, SynthesisConfig, SynthesisParameters, draw_parameters
from fakestormer.synthesis.parameters import DUBBING_HULLS, PAPER_HULLS, ColourChange


def draw(config: SynthesisConfig, count: int) -> list[SynthesisParameters]:
    return [draw_parameters(config, np.random.default_rng(seed)) for seed in range(count)]


@cache
def plain_draws() -> list[SynthesisParameters]:
    """1600 clips by the default settings, drawn once for all tests."""
    return draw(SynthesisConfig(), 1600)


def test_one_seed_gives_one_set_of_draws() -> None:
    assert draw(SynthesisConfig(), 20) == draw(SynthesisConfig(), 20)
    assert len(set(draw(SynthesisConfig(), 20))) == 20


def test_switching_one_step_off_leaves_the_other_draws_alone() -> None:
    without = SynthesisConfig(p_cutout=0.0, p_flip=0.0, p_frequency=0.0, augmentation=NO_AUGMENTATION)
    for on, off in zip(plain_draws()[:50], draw(without, 50), strict=True):
        assert (off.mask, off.colour, off.blend_ratio, off.cutout_seed) == (
            on.mask,
            on.colour,
            on.blend_ratio,
            on.cutout_seed,
        )
        assert replace(off.framing, flip=on.framing.flip) == on.framing
        assert off.augmentation == replace(
            on.augmentation,
            colour=ColourChange(),
            low_resolution=None,
            blur=None,
            noise=None,
            jpeg_quality=None,
            recode_crf=None,
        )


def test_frequencies_are_those_of_the_method() -> None:
    draws = plain_draws()
    hulls = Counter(d.mask.hull for d in draws)
    assert set(hulls) == set(PAPER_HULLS)
    assert min(hulls.values()) > 340
    assert np.mean([not d.mask.use_forehead for d in draws]) == pytest.approx(0.25, abs=0.04)
    assert np.mean([d.change_target for d in draws]) == pytest.approx(0.5, abs=0.04)
    assert np.mean([d.blend_ratio == 1 for d in draws]) == pytest.approx(0.5, abs=0.04)
    assert np.mean([d.cutout for d in draws]) == pytest.approx(0.5, abs=0.04)
    assert np.mean([d.framing.flip for d in draws]) == pytest.approx(0.5, abs=0.04)
    assert np.mean([d.augmentation.jpeg_quality is not None for d in draws]) == pytest.approx(0.5, abs=0.04)
    assert {d.mask.first_kernel for d in draws} == set(range(5, 26, 2)) == {d.mask.second_kernel for d in draws}


def test_hulls_of_dubbing_are_drawn_as_often_as_asked_and_leave_the_other_draws_alone() -> None:
    dubbed = draw(SynthesisConfig(p_dubbing_hull=0.5), 400)
    share = np.mean([d.mask.hull in DUBBING_HULLS for d in dubbed])
    assert share == pytest.approx(0.5, abs=0.06)
    for one, other in zip(plain_draws()[:400], dubbed, strict=True):
        assert replace(other, mask=replace(other.mask, hull=one.mask.hull)) == one


def test_every_margin_lies_between_5_and_25_of_256_pixels() -> None:
    for d in plain_draws():
        kept = d.framing
        margins = np.array([kept.left, kept.top, 1 - kept.left - kept.size, 1 - kept.top - kept.size]) * 256
        assert margins.min() >= 5 - 1e-9
        assert margins.max() <= 25 + 1e-9


def test_sources_are_regenerated_as_often_as_asked_and_the_other_draws_stay() -> None:
    plain, soft = plain_draws()[:400], draw(SynthesisConfig(p_regenerated_source=0.5), 400)
    assert all(one.regeneration is None for one in plain)
    chosen = [one.regeneration for one in soft if one.regeneration is not None]
    assert len(chosen) / len(soft) == pytest.approx(0.5, abs=0.06)
    assert {one.enlarged for one in chosen} == {"linear", "cubic", "nearest", "lanczos"}
    assert min(one.size for one in chosen) < 0.3
    assert max(one.size for one in chosen) > 0.64
    assert [replace(one, regeneration=None) for one in soft] == plain
