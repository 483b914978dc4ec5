"""Landmarks that move as those of a forged face do: what belongs together moves a little apart.

Beyond the paper. Without pixels: the part of the face that a swap replaces gets an affine motion and a smooth bending
of its own, correlated over time to a drawn degree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

Window = Float[ndarray, "frames 68 2"]
# Which of the 68 points move by themselves, and how often: inner face, whole face, mouth, brows to eyes.
PARTS = ((slice(17, 68), 0.5), (slice(0, 68), 0.15), (slice(48, 68), 0.2), (slice(17, 48), 0.15))
LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)


@dataclass(frozen=True, slots=True)
class JitterConfig:
    """How far landmarks are moved.

    Attributes:
        amplitude: smallest and largest deviation, in eye distances, drawn evenly in logarithm.
        correlation: from one picture to the next, where it is not 0 (half of the windows).
        reach: of the bending, in eye distances: how far neighbouring points move together.
    """

    amplitude: tuple[float, float] = (0.003, 0.03)
    correlation: tuple[float, float] = (0.3, 0.95)
    reach: tuple[float, ...] = (0.25, 0.5, 1.0)


def jitter_landmarks(points: Window, rng: np.random.Generator, config: JitterConfig | None = None) -> Window:
    """The same landmarks, one part of the face moving by itself."""
    config = config or JitterConfig()
    unit = float(np.linalg.norm(points[:, LEFT_EYE].mean(1) - points[:, RIGHT_EYE].mean(1), axis=-1).mean())
    part = PARTS[int(rng.choice(len(PARTS), p=[share for _, share in PARTS]))][0]
    correlation = 0.0 if rng.random() < 0.5 else float(rng.uniform(*config.correlation))
    amplitude = float(np.exp(rng.uniform(*np.log(config.amplitude)))) * unit
    frames, mean = len(points), points.mean(0)
    around = points[:, part] - points[:, part].mean(1, keepdims=True)
    turn = correlated_noise(rng, (frames, 2, 2), correlation) * amplitude / unit * rng.uniform()
    shift = correlated_noise(rng, (frames, 1, 2), correlation) * amplitude * rng.uniform()
    basis = _bending(mean / unit, float(rng.choice(config.reach)))[part]
    bend = np.einsum("pk,tkc->tpc", basis, correlated_noise(rng, (frames, basis.shape[1], 2), correlation))
    moved: Window = points.copy()
    moved[:, part] += around @ turn.transpose(0, 2, 1) + shift + bend * amplitude * rng.uniform(0.3, 1.0)
    return moved


def correlated_noise(rng: np.random.Generator, shape: tuple[int, ...], correlation: float) -> Float[ndarray, "*shape"]:
    """Gaussian noise of deviation 1 whose first axis is time, correlated from one instant to the next."""
    noise: Float[ndarray, "*shape"] = rng.normal(size=shape)
    for time in range(1, len(noise)):
        noise[time] = correlation * noise[time - 1] + np.sqrt(1 - correlation**2) * noise[time]
    return noise


def _bending(mean: Float[ndarray, "68 2"], reach: float) -> Float[ndarray, "68 k"]:
    """How strongly every point follows each of a few that pull; every point moves by a deviation of 1."""
    distances = np.linalg.norm(mean[:, None] - mean[None, ::4], axis=-1)
    pull = np.exp(-0.5 * (distances / reach) ** 2)
    basis: Float[ndarray, "68 k"] = pull / np.sqrt((pull**2).sum(axis=1, keepdims=True))
    return basis
