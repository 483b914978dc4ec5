from __future__ import annotations

import pytest
import torch

from fakestormer.model import FakeSTormer, ModelConfig, PublishedConfig, PublishedFakeSTormer, attribute


def small(kind):
    torch.manual_seed(0)
    if kind == "published":
        return PublishedFakeSTormer(PublishedConfig(width=24, depth=2, num_heads=3, image_size=64)).eval()
    return FakeSTormer(
        ModelConfig(name="small", width=24, depth=2, num_heads=3, image_size=64, zero_init_temporal=False)
    ).eval()


@pytest.mark.parametrize("kind", ["ours", "published"])
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
