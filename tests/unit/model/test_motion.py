from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fakestormer.model import MotionMember
from fakestormer.model.lite import MIRRORED_POINTS, align_flow
from fakestormer.synthesis import correlated_noise, jitter_landmarks

FACE = torch.from_numpy(np.random.default_rng(5).normal(0, 20, (68, 2))).float()


def moved(points: torch.Tensor, turn: float, scale: float, shift: tuple[float, float]) -> torch.Tensor:
    rotation = torch.tensor([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    return scale * points @ rotation.T + torch.tensor(shift)


def test_an_inner_face_that_trembles_moves_more_than_the_outline_and_the_answer_hears_it() -> None:
    still = FACE.expand(16, 68, 2).double().numpy()
    trembling = jitter_landmarks(still, np.random.default_rng(3))
    changes = np.abs(np.diff(trembling, axis=0)).mean((0, 2))
    assert changes[17:].max() > 0
    assert np.isfinite(trembling).all()
    torch.manual_seed(0)
    member = MotionMember().eval()
    with torch.inference_mode():
        points = torch.from_numpy(np.stack([still, trembling])).float()
        answers = member(points, torch.nn.functional.pad(points.diff(dim=1), (0, 0, 0, 0, 1, 0)))
    assert answers.shape == (2,)
    assert answers[0] != answers[1]


def test_a_head_that_only_moves_in_the_picture_leaves_no_flow() -> None:
    poses = [(0.02 * k, 1 + 0.01 * k, (3.0 * k, -2.0 * k)) for k in range(16)]
    points = torch.stack([moved(FACE, *pose) for pose in poses])[None]
    rest = align_flow(points, torch.nn.functional.pad(points.diff(dim=1), (0, 0, 0, 0, 1, 0)))
    torch.testing.assert_close(rest, torch.zeros_like(rest), atol=1e-4, rtol=0)


def test_what_is_left_of_the_flow_is_what_no_turn_scale_or_shift_explains() -> None:
    """Against a plain least-squares fit, picture by picture."""
    noise = np.random.default_rng(8).normal(0, 2, (5, 68, 2))
    points = np.cumsum(noise, axis=0) + FACE.numpy()
    flow = np.zeros_like(points)
    flow[1:] = np.diff(points, axis=0)
    eyes = (points[:-1, 42:48].mean(1) - points[:-1, 36:42].mean(1)).mean(0)
    level = np.array([[eyes[0], eyes[1]], [-eyes[1], eyes[0]]]) / (eyes @ eyes)
    wanted = np.zeros_like(points)
    for k in range(1, 5):
        x, y = points[k - 1].T
        one, none = np.ones(68), np.zeros(68)
        system = np.concatenate([np.stack([x, -y, one, none], 1), np.stack([y, x, none, one], 1)])
        aim = np.concatenate([points[k, :, 0], points[k, :, 1]])
        rest = aim - system @ np.linalg.lstsq(system, aim, rcond=None)[0]
        wanted[k] = rest.reshape(2, 68).T @ level.T
    found = align_flow(torch.from_numpy(points[None]), torch.from_numpy(flow[None]))[0]
    np.testing.assert_allclose(found.numpy(), wanted, atol=1e-9)


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
