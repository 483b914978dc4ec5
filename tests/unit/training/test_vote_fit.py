from __future__ import annotations

import numpy as np
import pytest

from fakestormer.training.vote_fit import fit_linear


def drawn(pairs: int = 500, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Genuine pictures that differ most in number 0; forging moves numbers 0 and 1, by as much each."""
    rng = np.random.default_rng(seed)
    reals = rng.normal(size=(pairs, 4)) * [3.0, 0.5, 1.0, 1.0] + [10.0, 0.0, -5.0, 2.0]
    return reals, reals + [0.5, 0.5, 0.0, 0.0] + 0.1 * rng.normal(size=(pairs, 4))


def test_the_direction_is_the_shift_divided_by_how_genuine_pictures_vary() -> None:
    reals, fakes = drawn(60)
    ridge, kept = 0.3, [number for number in range(60) if number % 5]
    vote = fit_linear(reals, fakes, ridge)
    means = [sum(reals[k, j] for k in kept) / len(kept) for j in range(4)]
    spreads = [(sum((reals[k, j] - means[j]) ** 2 for k in kept) / len(kept)) ** 0.5 + 1e-6 for j in range(4)]
    units = [[(reals[k, j] - means[j]) / spreads[j] for j in range(4)] for k in kept]
    covariance = np.array(
        [
            [sum(row[a] * row[b] for row in units) / (len(kept) - 1) + (ridge if a == b else 0.0) for b in range(4)]
            for a in range(4)
        ]
    )
    shift = [sum((fakes[k, j] - reals[k, j]) / spreads[j] for k in kept) / len(kept) for j in range(4)]
    wanted = np.linalg.inv(covariance) @ shift / spreads
    assert vote.weight / np.linalg.norm(vote.weight) == pytest.approx(wanted / np.linalg.norm(wanted), rel=1e-6)


def test_what_genuine_pictures_differ_in_anyway_counts_less() -> None:
    vote = fit_linear(*drawn(), ridge=0.01)
    assert vote.weight[1] > 10 * vote.weight[0] > 0
    assert np.abs(vote.weight[2:]).max() < 0.2 * vote.weight[1]


def test_the_answer_is_a_logit_of_an_even_start() -> None:
    vote = fit_linear(*drawn(4000), ridge=0.01)
    reals, fakes = drawn(4000, seed=1)
    scores = np.concatenate([reals, fakes]) @ vote.weight + vote.bias
    is_fake = np.repeat([0, 1], 4000)
    stated = 1 / (1 + np.exp(-scores))
    for low, high in ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8)):
        chosen = (stated >= low) & (stated < high)
        assert chosen.sum() > 200
        assert is_fake[chosen].mean() == pytest.approx(stated[chosen].mean(), abs=0.06)
    assert vote.auc == pytest.approx(0.76, abs=0.05)
    assert vote.pairs_in_order > 0.95


def test_numbers_that_never_change_do_no_harm() -> None:
    reals, fakes = drawn()
    reals[:, 3] = fakes[:, 3] = 7.0
    vote = fit_linear(reals, fakes, ridge=0.5)
    assert np.isfinite(vote.weight).all()
    assert vote.weight[3] == pytest.approx(0.0, abs=1e-9)
