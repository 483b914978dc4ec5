from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fakestormer.data.batch import Batch
from fakestormer.model import ModelOutput
from fakestormer.training.config import LossWeights
from fakestormer.training.loss import kept_squared_error, training_losses


def a_batch(rng: np.random.Generator) -> tuple[ModelOutput, Batch]:
    def numbers(*shape: int) -> torch.Tensor:
        return torch.from_numpy(rng.normal(size=shape).astype(np.float32))

    output = ModelOutput(numbers(3), numbers(3, 2), numbers(3, 2, 4, 4))
    batch = Batch(
        clips=torch.zeros(3, 2, 8, 8, 3, dtype=torch.uint8),
        labels=torch.tensor([0.0, 1.0, 1.0]),
        spatial_targets=torch.from_numpy(rng.uniform(size=(3, 2)).astype(np.float32)),
        temporal_targets=numbers(3, 2, 4, 4),
        kept_patches=torch.from_numpy(rng.random((3, 4, 4)) < 0.7),
    )
    return output, batch


def cross_entropy(logit: float, wanted: float) -> float:
    probability = 1 / (1 + math.exp(-logit))
    return -wanted * math.log(probability) - (1 - wanted) * math.log(1 - probability)


def test_the_three_losses_and_their_sum_follow_the_formulas_of_the_paper() -> None:
    output, batch = a_batch(np.random.default_rng(5))
    losses = training_losses(output, batch, LossWeights())
    classification = np.mean(
        [cross_entropy(float(z) / 2, float(y)) for z, y in zip(output.logits, batch.labels, strict=True)]
    )
    spatial = np.mean(
        [
            cross_entropy(float(output.spatial_logits[b, t]), float(batch.spatial_targets[b, t]))
            for b in range(3)
            for t in range(2)
        ]
    )
    squares = [
        float(output.temporal_map[b, t, r, c] - batch.temporal_targets[b, t, r, c]) ** 2
        for b in range(3)
        for t in range(2)
        for r in range(4)
        for c in range(4)
        if batch.kept_patches[b, r, c]
    ]
    assert float(losses.classification) == pytest.approx(classification, rel=1e-5)
    assert float(losses.spatial) == pytest.approx(spatial, rel=1e-5)
    assert float(losses.temporal) == pytest.approx(np.mean(squares), rel=1e-5)
    expected = 0.8 * classification + 100 * 0.5 * np.mean(squares) + 0.2 * spatial
    assert float(losses.total) == pytest.approx(expected, rel=1e-5)


def test_what_a_cut_patch_predicts_does_not_matter() -> None:
    predicted, wanted = torch.zeros(1, 2, 2, 2), torch.zeros(1, 2, 2, 2)
    kept = torch.tensor([[[True, False], [True, True]]])
    predicted[:, :, 0, 1] = 1000.0
    assert float(kept_squared_error(predicted, wanted, kept)) == 0.0


def test_a_batch_of_which_nothing_is_kept_has_no_temporal_loss() -> None:
    nothing = torch.zeros(1, 2, 2, dtype=torch.bool)
    assert float(kept_squared_error(torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 2, 2), nothing)) == 0.0
