from __future__ import annotations

import torch

from fakestormer.model import preprocess


def test_pixels_are_scaled_to_one_then_centred_and_divided_per_channel() -> None:
    images = torch.zeros(2, 3, 4, 5, 3, dtype=torch.uint8)
    images[1, 2, 3, 4] = torch.tensor([255, 51, 0])
    tensor = preprocess(images, (0.5, 0.4, 0.3), (0.25, 0.2, 0.1))
    assert tensor.shape == (2, 3, 3, 4, 5)
    assert tensor.dtype == torch.float32
    torch.testing.assert_close(tensor[1, 2, :, 3, 4], torch.tensor([2.0, -1.0, -3.0]))
    torch.testing.assert_close(tensor[0, 0, :, 0, 0], torch.tensor([-2.0, -2.0, -3.0]))
