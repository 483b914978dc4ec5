from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from fakestormer.model import FakeSTormer, ModelConfig
from fakestormer.training.average import average_weights
from fakestormer.training.config import Optimisation
from fakestormer.training.trained import choose_trained, make_optimizer


@pytest.fixture
def small_lite() -> FakeSTormer:
    return FakeSTormer(replace(ModelConfig.lite(), width=24, depth=1, num_heads=2, image_size=64))


def trainable(model: FakeSTormer) -> set[str]:
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


def settings(**changes: object) -> Optimisation:
    return replace(Optimisation(num_steps=9, pairs_per_step=1), **changes)


def test_the_encoder_is_frozen_for_so_many_steps_and_the_heads_are_not(small_lite: FakeSTormer) -> None:
    choose_trained(small_lite, settings(frozen_encoder_steps=3), step=2)
    assert trainable(small_lite)
    assert not any(name.startswith("encoder.") for name in trainable(small_lite))
    choose_trained(small_lite, settings(frozen_encoder_steps=3), step=3)
    assert trainable(small_lite) == {name for name, _ in small_lite.named_parameters()}


def test_frozen_stem_blocks_stay_frozen_when_the_encoder_is_thawed(small_lite: FakeSTormer) -> None:
    choose_trained(small_lite, settings(frozen_stem_blocks=2), step=0)
    names = trainable(small_lite)
    assert not any(
        name.startswith(("encoder.stem.first", "encoder.stem.blocks.0.", "encoder.stem.blocks.1.")) for name in names
    )
    assert any(name.startswith("encoder.stem.blocks.2.") for name in names)


def test_norms_only_leaves_every_matrix_of_the_encoder_alone() -> None:
    model = FakeSTormer(replace(ModelConfig.tiny(), width=24, depth=2, num_heads=2, image_size=64))
    choose_trained(model, settings(trained="norms"), step=0)
    names = {name for name in trainable(model) if name.startswith("encoder.")}
    assert "encoder.blocks.1.spatial_norm.weight" in names
    assert all("norm." in name for name in names)
    choose_trained(model, settings(trained="norms_and_temporal"), step=0)
    more = {name for name in trainable(model) if name.startswith("encoder.")} - names
    assert "encoder.blocks.0.temporal_attention.qkv.weight" in more
    assert "encoder.tokens.temporal_positions" in more
    assert all("temporal" in name for name in more)


def test_adamw_is_a_switch(small_lite: FakeSTormer) -> None:
    assert type(make_optimizer(small_lite, settings())) is torch.optim.Adam
    assert type(make_optimizer(small_lite, settings(optimiser="adamw"))) is torch.optim.AdamW


def test_every_weight_is_optimised_exactly_once(small_lite: FakeSTormer) -> None:
    optimizer = make_optimizer(small_lite, Optimisation(num_steps=2, pairs_per_step=1, stem_rate=0.5))
    optimised = [id(weight) for group in optimizer.param_groups for weight in group["params"]]
    assert sorted(optimised) == sorted(id(weight) for weight in small_lite.parameters())


def test_the_average_follows_the_weights_with_the_decay_asked_for() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    average = average_weights(model, decay=0.9)
    average.n_averaged.fill_(10_000)
    torch.nn.init.ones_(model.weight)
    average.update_parameters(model)
    assert float(average.module.weight) == pytest.approx(0.1)
    average.update_parameters(model)
    assert float(average.module.weight) == pytest.approx(0.19)


def test_the_average_forgets_the_start_soon() -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    average = average_weights(model, decay=0.999)
    average.update_parameters(model)
    torch.nn.init.ones_(model.weight)
    average.update_parameters(model)
    assert float(average.module.weight) == pytest.approx(9 / 11)
