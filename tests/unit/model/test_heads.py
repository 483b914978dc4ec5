from __future__ import annotations

import pytest
import torch

from fakestormer.model.fakestormer import ClassificationHead, SpatialHead, TemporalHead, patch_volume


@pytest.mark.parametrize(("frame", "row", "column"), [(0, 0, 0), (1, 2, 3), (3, 4, 1)])
def test_a_bump_at_a_patch_and_frame_moves_the_map_there_and_in_the_two_frames_around(
    frame: int, row: int, column: int
) -> None:
    torch.manual_seed(0)
    head = TemporalHead(16).eval()
    patches = torch.randn(2, 4, 5 * 6, 16)
    bumped = patches.clone()
    bumped[1, frame, row * 6 + column] += 1.0
    with torch.no_grad():
        moved = (head(patch_volume(bumped, 5)) - head(patch_volume(patches, 5))).abs()
    assert moved[1, frame, row, column] > 1e-4
    expected = torch.zeros(2, 4, 5, 6, dtype=torch.bool)
    expected[1, max(0, frame - 2) : frame + 3, row, column] = True
    assert bool((moved[~expected] == 0).all())
    assert moved[1, frame, row, column] >= moved[1].max() * 0.1


def test_patch_volume_keeps_frame_row_and_column_apart() -> None:
    frames, rows, columns = torch.meshgrid(torch.arange(4), torch.arange(2), torch.arange(3), indexing="ij")
    patches = torch.stack([frames, rows, columns], -1).reshape(1, 4, 6, 3).float()
    volume = patch_volume(patches, 2)
    assert volume.shape == (1, 3, 4, 2, 3)
    assert volume[0, :, 3, 1, 2].tolist() == [3, 1, 2]
    assert volume[0, :, 0, 1, 0].tolist() == [0, 1, 0]


def test_the_spatial_head_sees_each_frame_by_itself() -> None:
    torch.manual_seed(0)
    head = SpatialHead(16, 0.2).eval()
    tokens = torch.randn(2, 5, 16)
    with torch.no_grad():
        torch.testing.assert_close(head(tokens)[:, 3:4], head(tokens[:, 3:4]))


def test_the_class_logit_does_not_mind_the_order_of_patches() -> None:
    torch.manual_seed(0)
    head = ClassificationHead(16)
    tokens = torch.randn(2, 9, 16)
    torch.testing.assert_close(head(tokens), head(tokens.flip(1)))
