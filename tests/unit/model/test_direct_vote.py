from __future__ import annotations

import pytest
import torch

from fakestormer.model import ModelConfig
from fakestormer.model.direct_vote import DirectVote

CONFIG = ModelConfig(
    name="test", width=16, depth=1, num_heads=1, image_size=64, vote_blocks=(1, 2), vote_width=64, vote_patch_size=8
)


def made() -> DirectVote:
    torch.manual_seed(0)
    vote = DirectVote(CONFIG).eval()
    for parameter in vote.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return vote


def test_the_vote_is_linear_in_mean_and_deviation_inside_and_outside_the_middle() -> None:
    vote, patches = made(), torch.randn(1, 3, 64, 128)
    middle = [row * 8 + column for row in range(2, 6) for column in range(2, 6)]
    around = [place for place in range(64) if place not in middle]
    numbers = []
    for region in (middle, around):
        for statistic in ("mean", "deviation"):
            for number in range(128):
                of_frames = []
                for frame in range(3):
                    values = [patches[0, frame, place, number].item() for place in region]
                    mean = sum(values) / len(values)
                    variance = sum((value - mean) ** 2 for value in values) / len(values)
                    of_frames.append(mean if statistic == "mean" else (variance + 1e-6) ** 0.5)
                numbers.append(sum(of_frames) / 3)
    wanted = sum(w * n for w, n in zip(vote.weight.tolist(), numbers, strict=True)) + vote.bias.item()
    assert vote(patches).item() == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("num_frames", [1, 3, 4])
def test_every_second_frame_is_looked_at_and_stands_for_the_next(num_frames: int) -> None:
    vote, clip = made(), torch.randn(1, num_frames, 3, 64, 64)
    with torch.no_grad():
        patches = vote.embed(clip)
        blind = clip.clone()
        blind[:, 1::2] = 0
        assert patches.shape == (1, num_frames, 64, 128)
        assert torch.equal(vote.embed(blind), patches)
        for frame in range(1, num_frames, 2):
            assert torch.equal(patches[:, frame], patches[:, frame - 1])


def test_patches_that_are_all_alike_have_a_slope_everywhere() -> None:
    patches = torch.ones(1, 2, 64, 128, requires_grad=True)
    made()(patches).sum().backward()
    assert patches.grad is not None
    assert patches.grad.isfinite().all()


def test_nothing_of_it_trains_and_the_layer_that_is_fitted_has_one_axis_so_that_files_keep_it_exact() -> None:
    vote = DirectVote(CONFIG)
    assert not [name for name, one in vote.named_parameters() if one.requires_grad]
    assert (vote.weight.ndim, vote.bias.ndim) == (1, 0)
