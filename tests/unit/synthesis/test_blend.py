from __future__ import annotations

import numpy as np

from fakestormer.synthesis.blend import blend


def test_the_ratio_weakens_the_mask(images: np.ndarray) -> None:
    source, target = np.full_like(images, 200), np.full_like(images, 100)
    mask = np.ones(images.shape[:3], dtype=np.float32)
    assert (blend(source, target, mask, 1.0) == 200).all()
    assert (blend(source, target, mask, 0.25) == 125).all()
    assert (blend(source, target, 0 * mask, 1.0) == 100).all()


def test_masks_belong_to_their_frames(images: np.ndarray) -> None:
    mask = np.zeros(images.shape[:3], dtype=np.float32)
    mask[2] = 1
    mixed = blend(255 - images, images, mask, 1.0)
    np.testing.assert_array_equal(mixed[[0, 1, 3]], images[[0, 1, 3]])
    np.testing.assert_array_equal(mixed[2], 255 - images[2])
