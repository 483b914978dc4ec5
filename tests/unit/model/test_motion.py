from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fakestormer.model import MotionMember
from fakestormer.model.lite import MIRRORED_POINTS, align_landmarks
from fakestormer.synthesis import correlated_noise, jitter_landmarks

FACE = torch.from_numpy(np.random.default_rng(5).normal(0, 20, (68, 2))).float()


def moved(points: torch.Tensor, turn: float, scale: float, shift: tuple[float, float]) -> torch.Tensor:
    rotation = torch.tensor([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    return scale * points @ rotation.T + torch.tensor(shift)


def test_a_head_that_only_moves_in_the_picture_has_landmarks_at_rest() -> None:
    poses = [(0.02 * k, 1 + 0.01 * k, (3.0 * k, -2.0 * k)) for k in range(16)]
    aligned = align_landmarks(torch.stack([moved(FACE, *pose) for pose in poses])[None])[0]
    torch.testing.assert_close(aligned, aligned[:1].expand_as(aligned), atol=1e-4, rtol=0)
    eyes = aligned[0, 42:48].mean(0) - aligned[0, 36:42].mean(0)
    torch.testing.assert_close(eyes, torch.tensor([1.0, 0.0]), atol=1e-4, rtol=0)


def test_each_picture_is_brought_as_close_to_the_mean_as_turning_scaling_and_shifting_can() -> None:
    noisy = FACE + torch.randn(16, 68, 2, generator=torch.Generator().manual_seed(1))
    aligned = align_landmarks(noisy[None])[0]
    mean = aligned.mean(0)
    for picture in aligned:
        here = (picture - mean).square().sum()
        for turn, scale, shift in ((0.01, 1.0, (0.0, 0.0)), (0.0, 1.01, (0.0, 0.0)), (0.0, 1.0, (0.01, 0.0))):
            for sign in (-1, 1):
                other = moved(picture, sign * turn, scale**sign, (sign * shift[0], shift[1]))
                assert (other - mean).square().sum() > here - 1e-3 * here


def test_an_inner_face_that_trembles_moves_more_than_the_outline_and_the_answer_hears_it() -> None:
    still = FACE.expand(16, 68, 2).double().numpy()
    trembling = jitter_landmarks(still, np.random.default_rng(3))
    changes = np.abs(np.diff(trembling, axis=0)).mean((0, 2))
    assert changes[17:].max() > 0
    assert np.isfinite(trembling).all()
    torch.manual_seed(0)
    member = MotionMember().eval()
    with torch.inference_mode():
        answers = member(torch.from_numpy(np.stack([still, trembling])).float())
    assert answers.shape == (2,)
    assert answers[0] != answers[1]


def test_jitter_is_repeated_by_its_seed_and_stays_small() -> None:
    still = FACE.expand(16, 68, 2).double().numpy()
    unit = np.linalg.norm(FACE[36:42].mean(0) - FACE[42:48].mean(0))
    for seed in range(20):
        one, again = (jitter_landmarks(still, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(one, again)
        assert 0 < np.abs(one - still).mean() < 0.2 * unit


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_correlated_noise_has_the_correlation_asked_for_and_a_deviation_of_one(correlation: float) -> None:
    noise = correlated_noise(np.random.default_rng(0), (400, 200), correlation)
    assert noise.std() == pytest.approx(1, abs=0.03)
    assert np.mean(noise[1:] * noise[:-1]) == pytest.approx(correlation, abs=0.03)


def test_mirroring_twice_is_no_mirroring() -> None:
    assert [MIRRORED_POINTS[point] for point in MIRRORED_POINTS] == list(range(68))


def test_landmarks_are_counted_from_the_middle_of_the_crop_and_start_where_told() -> None:
    member = MotionMember().eval()
    member.landmarks.head.weight.data.zero_()
    wanted = torch.linspace(-0.4, 0.4, 136).view(68, 2)
    member.landmarks.start_at(wanted)
    with torch.inference_mode():
        found = member.find(torch.zeros(3, 3, 112, 112))
    torch.testing.assert_close(found, wanted.expand(3, 68, 2))
