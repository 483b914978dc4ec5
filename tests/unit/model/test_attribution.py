from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
import torch

from fakestormer.model import FakeSTormer, ModelConfig, PublishedConfig, PublishedFakeSTormer, attribute
from fakestormer.model.attribution import RADIUS, SMOOTHING, on_grid


def small(kind):
    torch.manual_seed(0)
    if kind == "published":
        return PublishedFakeSTormer(PublishedConfig(width=24, depth=2, num_heads=3, image_size=64)).eval()
    config = ModelConfig(name="small", width=24, depth=2, num_heads=3, image_size=64, zero_init_temporal=False)
    if kind == "ours":
        return FakeSTormer(config).eval()
    # Patches of the vote are half as large as the encoder's.
    model = FakeSTormer(replace(config, vote_blocks=(1,), vote_width=64, vote_patch_size=8)).eval()
    torch.nn.init.normal_(model.direct_vote.weight)
    return model


@pytest.mark.parametrize("kind", ["ours", "with a vote", "published"])
def test_a_map_of_every_frame_comes_out_and_the_model_stays_as_it_was(kind):
    model = small(kind)
    clips = torch.randn(2, 4, 3, 64, 64)
    before = model(clips).logits.detach()
    found = attribute(model, clips)
    assert found.shape == (2, 4, 4, 4)
    assert (found >= 0).all()
    assert found.max() > 0
    assert not found.requires_grad
    assert all(weight.grad is None for weight in model.parameters())
    torch.testing.assert_close(model(clips).logits.detach(), before)


def test_a_clip_does_not_depend_on_its_company():
    model, clips = small("ours"), torch.randn(2, 4, 3, 64, 64)
    torch.testing.assert_close(attribute(model, clips)[1:], attribute(model, clips[1:]))


def test_a_clip_in_which_all_patches_look_alike_has_an_empty_map():
    assert attribute(small("ours"), torch.full((1, 4, 3, 64, 64), 0.3)).max() < 1e-5


def test_the_map_is_warm_where_one_patch_differs_from_all_others():
    model, clips = small("ours"), torch.randn(16, 16).repeat(1, 4, 3, 4, 4)
    clips[:, :, :, 16:32, 32:48] = torch.randn(16, 16)
    found = attribute(model, clips)[0, 2]
    assert divmod(int(found.argmax()), 4) == (1, 2)


def test_the_map_is_also_warm_where_only_the_vote_looks():
    model, clips = small("with a vote"), torch.randn(8, 8).repeat(1, 4, 3, 8, 8)
    torch.nn.init.zeros_(model.classification_head.linear.weight)
    clips[:, :, :, 24:32, 32:40] = torch.randn(8, 8)
    found = attribute(model, clips)[0, 2]
    assert divmod(int(found.argmax()), 4) == (1, 2)


@pytest.mark.parametrize(("own", "size"), [(8, 4), (16, 14), (14, 16), (5, 5)])
def test_shares_on_another_grid_keep_their_sum_and_their_centre_wherever_they_lie(own, size):
    for row, column in itertools.product(range(own), range(own)):
        values = torch.zeros(1, 1, own * own)
        values[0, 0, row * own + column] = 3.0
        maps = on_grid(values, size)
        assert maps.shape == (1, 1, size, size)
        assert maps.sum().item() == pytest.approx(3.0, rel=1e-5)
        places = (torch.arange(size) + 0.5) / size
        for axis, place in ((2, row), (3, column)):
            centre = (maps.sum(5 - axis).flatten() * places).sum().item() / 3.0
            assert centre == pytest.approx((place + 0.5) / own, abs=0.5 / size)


def test_an_even_map_stays_even_on_another_grid():
    maps = on_grid(torch.ones(1, 2, 256), 14)
    torch.testing.assert_close(maps, torch.full((1, 2, 14, 14), (16 / 14) ** 2))


def test_the_map_is_slope_times_deviation_smoothed_as_written_plainly():
    torch.manual_seed(0)
    config = ModelConfig(name="speck", width=8, depth=1, num_heads=2, image_size=32, num_frames=2)
    model = FakeSTormer(config).double().eval()
    clips = torch.randn(1, 2, 3, 32, 32, dtype=torch.float64)
    with torch.no_grad():
        (patches,) = model.embed(clips)
        mean = patches.mean((1, 2), keepdim=True)
        products = torch.zeros(2, 4, dtype=torch.float64)
        for frame, patch, number in itertools.product(range(2), range(4), range(8)):
            nudge = torch.zeros_like(patches)
            nudge[0, frame, patch, number] = 1e-3
            slope = (model.answer((patches + nudge,)).logits - model.answer((patches - nudge,)).logits).item() / 2e-3
            products[frame, patch] += abs(slope * (patches - mean)[0, frame, patch, number].item())
    wanted = torch.zeros(2, 2, 2, dtype=torch.float64)
    for frame, row, column in itertools.product(range(2), range(2), range(2)):
        weights = {step: math.exp(-0.5 * (step / SMOOTHING) ** 2) for step in range(-RADIUS, RADIUS + 1)}
        total = sum(weights.values()) ** 2
        for down, right in itertools.product(weights, weights):
            place = 2 * min(max(row + down, 0), 1) + min(max(column + right, 0), 1)
            wanted[frame, row, column] += weights[down] * weights[right] / total * products[frame, place]
    torch.testing.assert_close(attribute(model, clips)[0].double(), wanted, rtol=2e-2, atol=1e-6)
