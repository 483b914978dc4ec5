from __future__ import annotations

import numpy as np
import pytest

from fakestormer.training.vote_fit import Described, fit_direction, scaled


def drawn(pairs: int = 500, seed: int = 0) -> Described:
    """Genuine pictures that differ most in number 0; forging moves numbers 0 and 1, by as much each."""
    rng = np.random.default_rng(seed)
    genuine = rng.normal(size=(pairs, 4)) * [3.0, 0.5, 1.0, 1.0] + [10.0, 0.0, -5.0, 2.0]
    forged = genuine + [0.5, 0.5, 0.0, 0.0] + 0.1 * rng.normal(size=(pairs, 4))
    return Described(genuine.astype(np.float32), forged.astype(np.float32))


def test_the_direction_is_the_shift_divided_by_how_genuine_pictures_vary() -> None:
    described, ridge, count = drawn(60), 0.3, range(60)
    genuine, forged = (part.astype(float) for part in described)
    means = [sum(genuine[k, j] for k in count) / 60 for j in range(4)]
    spreads = [(sum((genuine[k, j] - means[j]) ** 2 for k in count) / 60) ** 0.5 + 1e-6 for j in range(4)]
    units = [[(genuine[k, j] - means[j]) / spreads[j] for j in range(4)] for k in count]
    covariance = np.array(
        [[sum(row[a] * row[b] for row in units) / 59 + (ridge if a == b else 0.0) for b in range(4)] for a in range(4)]
    )
    shift = [sum((forged[k, j] - genuine[k, j]) / spreads[j] for k in count) / 60 for j in range(4)]
    assert fit_direction(described, ridge) == pytest.approx(np.linalg.inv(covariance) @ shift / spreads, rel=1e-4)


def test_what_genuine_pictures_differ_in_anyway_counts_less() -> None:
    direction = fit_direction(drawn(), ridge=0.01)
    assert direction[1] > 10 * direction[0] > 0
    assert np.abs(direction[2:]).max() < 0.2 * direction[1]


def test_the_answer_is_a_logit_of_an_even_start() -> None:
    vote = scaled(fit_direction(drawn(4000), ridge=0.01), drawn(4000, seed=2))
    scores = np.concatenate(drawn(4000, seed=1)) @ vote.weight + vote.bias
    is_fake = np.repeat([0, 1], 4000)
    stated = 1 / (1 + np.exp(-scores))
    for low, high in ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8)):
        chosen = (stated >= low) & (stated < high)
        assert chosen.sum() > 200
        assert is_fake[chosen].mean() == pytest.approx(stated[chosen].mean(), abs=0.06)
    assert vote.auc == pytest.approx(0.76, abs=0.05)
    assert vote.pairs_in_order > 0.95


def test_numbers_that_never_change_do_no_harm() -> None:
    described = drawn()
    for part in described:
        part[:, 3] = 7.0
    direction = fit_direction(described, ridge=0.5)
    assert np.isfinite(direction).all()
    assert direction[3] == pytest.approx(0.0, abs=1e-9)


def test_a_direction_that_leads_held_out_people_astray_says_nothing() -> None:
    astray = scaled(-fit_direction(drawn(), ridge=0.01), drawn(seed=2))
    assert not astray.weight.any()
    assert astray.bias == 0.0
    assert astray.auc < 0.5
