from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
import torch
from tests.lite_network import SPECK, speck

from fakestormer.model import FakeSTormer, LiteOutput, ModelConfig, PublishedConfig, PublishedFakeSTormer, attribute
from fakestormer.model.attribution import RADIUS, SMOOTHING


def small(kind):
    torch.manual_seed(0)
    if kind == "published":
        return PublishedFakeSTormer(PublishedConfig(width=24, depth=2, num_heads=3, image_size=64)).eval()
    config = ModelConfig(name="small", width=24, depth=2, num_heads=3, image_size=64, zero_init_temporal=False)
    if kind == "ours":
        return FakeSTormer(config).eval()
    return speck(replace(SPECK, width=24, num_heads=3, image_size=64))


def flat(output):
    if isinstance(output, LiteOutput):
        return torch.cat([output.clip.logits, output.frame_logits.flatten()]).detach()
    return output.logits.detach()


@pytest.mark.parametrize("kind", ["ours", "lite", "published"])
def test_a_map_of_every_frame_comes_out_and_the_model_stays_as_it_was(kind):
    model = small(kind)
    clips = torch.randn(2, 4, 3, 64, 64)
    before = flat(model(clips))
    found = attribute(model, clips)
    assert found.shape == (2, 4, 4, 4)
    assert (found >= 0).all()
    assert found.max() > 0
    assert not found.requires_grad
    assert all(weight.grad is None for weight in model.parameters())
    torch.testing.assert_close(flat(model(clips)), before)


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


def test_the_map_is_also_warm_where_only_the_image_network_looks():
    model, clips = speck(replace(SPECK, image_size=160)), torch.zeros(1, 4, 3, 160, 160)
    torch.nn.init.zeros_(model.fakestormer.classification_head.linear.weight)
    clips[:, :, :, 48:80, 80:112] = torch.randn(3, 32, 32)
    found = attribute(model, clips)[0, 2]
    row, column = divmod(int(found.argmax()), 10)
    assert (2 <= row <= 5, 4 <= column <= 7) == (True, True)
    assert found[3:5, 5:7].mean() > 2 * found[0, 0]
    assert attribute(model, clips, frame_weight=0.0).max() == 0


def test_the_members_of_lite_count_as_the_rule_weighs_them():
    model, clips = small("lite"), torch.randn(1, 4, 3, 64, 64)
    clip, frames = attribute(model, clips, 1.0, 0.0), attribute(model, clips, 0.0, 1.0)
    assert min(clip.max(), frames.max()) > 0
    torch.testing.assert_close(attribute(model, clips, 0.5, 2.0), 0.5 * clip + 2.0 * frames)


def test_the_map_is_slope_times_deviation_smoothed_as_written_plainly():
    torch.manual_seed(0)
    config = ModelConfig(name="speck", width=8, depth=1, num_heads=2, image_size=32, num_frames=2)
    model = FakeSTormer(config).double().eval()
    clips = torch.randn(1, 2, 3, 32, 32, dtype=torch.float64)
    with torch.no_grad():
        patches = model.embed(clips)
        mean = patches.mean((1, 2), keepdim=True)
        products = torch.zeros(2, 4, dtype=torch.float64)
        for frame, patch, number in itertools.product(range(2), range(4), range(8)):
            nudge = torch.zeros_like(patches)
            nudge[0, frame, patch, number] = 1e-3
            slope = (model.answer(patches + nudge).logits - model.answer(patches - nudge).logits).item() / 2e-3
            products[frame, patch] += abs(slope * (patches - mean)[0, frame, patch, number].item())
    wanted = torch.zeros(2, 2, 2, dtype=torch.float64)
    for frame, row, column in itertools.product(range(2), range(2), range(2)):
        weights = {step: math.exp(-0.5 * (step / SMOOTHING) ** 2) for step in range(-RADIUS, RADIUS + 1)}
        total = sum(weights.values()) ** 2
        for down, right in itertools.product(weights, weights):
            place = 2 * min(max(row + down, 0), 1) + min(max(column + right, 0), 1)
            wanted[frame, row, column] += weights[down] * weights[right] / total * products[frame, place]
    torch.testing.assert_close(attribute(model, clips)[0].double(), wanted, rtol=2e-2, atol=1e-6)
