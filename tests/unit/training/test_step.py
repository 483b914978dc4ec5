from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from fakestormer.model import FakeSTormer, ModelConfig
from fakestormer.training.average import WeightAverage
from fakestormer.training.config import Optimisation
from fakestormer.training.step import freeze_encoder, make_optimizer


@pytest.fixture
def small_lite() -> FakeSTormer:
    return FakeSTormer(replace(ModelConfig.lite(), width=24, depth=1, num_heads=2, image_size=64))


def trainable(model: FakeSTormer) -> set[str]:
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


def test_a_frozen_encoder_leaves_only_the_heads_in_training(small_lite: FakeSTormer) -> None:
    freeze_encoder(small_lite, frozen=True, stem_blocks=None)
    assert trainable(small_lite)
    assert not any(name.startswith("encoder.") for name in trainable(small_lite))


def test_frozen_stem_blocks_stay_frozen_when_the_encoder_is_thawed(small_lite: FakeSTormer) -> None:
    freeze_encoder(small_lite, frozen=False, stem_blocks=2)
    names = trainable(small_lite)
    assert not any(
        name.startswith(("encoder.stem.first", "encoder.stem.blocks.0.", "encoder.stem.blocks.1.")) for name in names
    )
    assert any(name.startswith("encoder.stem.blocks.2.") for name in names)


def test_every_weight_is_optimised_exactly_once(small_lite: FakeSTormer) -> None:
    optimizer = make_optimizer(small_lite, Optimisation(num_steps=2, pairs_per_step=1, stem_rate=0.5))
    optimised = [id(weight) for group in optimizer.param_groups for weight in group["params"]]
    assert sorted(optimised) == sorted(id(weight) for weight in small_lite.parameters())


def test_the_average_follows_the_weights_with_the_decay_asked_for() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    average = WeightAverage(model, decay=0.9)
    torch.nn.init.ones_(model.weight)
    average.update(model, step=10_000)
    assert float(average.model.weight) == pytest.approx(0.1)
    average.update(model, step=10_001)
    assert float(average.model.weight) == pytest.approx(0.19)


def test_the_average_forgets_the_start_soon() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    average = WeightAverage(model, decay=0.999)
    torch.nn.init.ones_(model.weight)
    average.update(model, step=0)
    assert float(average.model.weight) == pytest.approx(0.9)
