from __future__ import annotations

import pytest
import torch
from tests.lite_network import speck

from fakestormer.model.lite import ImageNetwork


@pytest.fixture
def network() -> ImageNetwork:
    made = speck().image_network
    assert isinstance(made, ImageNetwork)
    return made


@pytest.mark.parametrize("training", [False, True])
def test_a_pictures_logit_does_not_depend_on_its_batch(network: ImageNetwork, training: bool) -> None:
    network.train(training).dropout.eval()
    pictures = torch.randn(5, 3, 64, 64)
    with torch.no_grad():
        together = network(pictures)
        alone = torch.cat([network(one[None]) for one in pictures])
        among_others = network(torch.cat([100 * torch.ones(3, 3, 64, 64), pictures.flip(0)]))[3:].flip(0)
    assert together.shape == (5,)
    assert together.std() > 1e-3
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(among_others, together, atol=1e-5, rtol=1e-4)


def test_training_never_moves_the_statistics_of_its_norms(network: ImageNetwork) -> None:
    before = {name: buffer.clone() for name, buffer in network.named_buffers()}
    network.train()(torch.randn(4, 3, 64, 64) + 3).sum().backward()
    assert before
    assert all(torch.equal(buffer, before[name]) for name, buffer in network.named_buffers())


def test_its_first_and_its_last_layers_together_are_all_of_it(network: ImageNetwork) -> None:
    pictures = torch.randn(2, 3, 96, 96)
    with torch.no_grad():
        maps = network.embed(pictures)
        assert maps.shape == (2, 112, 6, 6)
        torch.testing.assert_close(network.answer(maps), network(pictures))


def test_it_answers_in_float32_under_bfloat16_autocast(network: ImageNetwork) -> None:
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert network(torch.randn(1, 3, 64, 64)).dtype == torch.float32
