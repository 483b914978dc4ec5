"""Fits the direct vote: no steps, one pass over pairs of single frames and one system of linear equations.

What genuine faces differ in anyway, such as camera, codec, size and sharpness, is the genuine pictures' covariance. The
vote looks in the direction in which pseudo-fakes lie from their own originals, measured against that covariance: the
linear answer that separates best where forgery adds the same to every picture (Fisher 1936).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float32, Float64
from numpy import ndarray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from fakestormer.data import Batch, CachedTrack
from fakestormer.model import FakeSTormer, preprocess
from fakestormer.training.batches import vote_batches
from fakestormer.training.config import TrainRun
from fakestormer.training.distributed import ALONE, Team, gathered

# Pairs of held-out people that set the scale, for each pair of the fit: on those of the fit it would be too large.
SHARE_FOR_THE_SCALE = 0.25

Tell = Callable[[int], None]


class Described(NamedTuple):
    """The numbers that the vote reads: row k of both is one genuine picture and its pseudo-fake."""

    genuine: Float32[ndarray, "pairs numbers"]
    pseudo_fake: Float32[ndarray, "pairs numbers"]


@dataclass(frozen=True, slots=True)
class LinearVote:
    """A linear answer to the numbers that describe a picture, and how well it orders the pairs of held-out people."""

    weight: Float64[ndarray, " numbers"]
    bias: float
    auc: float
    pairs_in_order: float


def fit_vote(
    model: FakeSTormer,
    training: Sequence[CachedTrack],
    held_out: Sequence[CachedTrack],
    run: TrainRun,
    team: Team = ALONE,
    tell: Tell | None = None,
) -> LinearVote:
    """The model's vote from now on: its direction fitted to people of the training, its scale to held-out ones.

    Each process describes its share of the pairs; all end with the same vote. `tell` hears how many of this process's
    pairs are done, of both kinds.
    """
    assert model.direct_vote is not None
    was_training = model.training
    model.eval()
    pairs = run.optimisation.vote_pairs
    shown = _describe(model, vote_batches(run, training, pairs, run.seed + 2, team), run, team, tell)
    aside, done = num_pairs_for_the_scale(run), len(shown.genuine) // team.size
    others = _describe(model, vote_batches(run, held_out, aside, run.seed + 3, team), run, team, tell, done)
    model.train(was_training)
    (vote, *_) = gathered(scaled(fit_direction(shown, run.optimisation.vote_ridge), others), team)
    with torch.no_grad():
        model.direct_vote.weight.copy_(torch.from_numpy(vote.weight))
        model.direct_vote.bias.fill_(vote.bias)
    return vote


def num_pairs_for_the_scale(run: TrainRun) -> int:
    """How many pairs of held-out people are made beside the `vote_pairs` of the fit."""
    return max(2, round(SHARE_FOR_THE_SCALE * run.optimisation.vote_pairs))


def fit_direction(described: Described, ridge: float) -> Float64[ndarray, " numbers"]:
    """Where pseudo-fakes lie from their originals, by the inverse of how genuine pictures vary.

    Every number is taken in units of its deviation over genuine pictures; `ridge` is added to the covariance's
    diagonal there.
    """
    genuine = described.genuine.astype(np.float64)
    center, spread = genuine.mean(0), genuine.std(0) + 1e-6
    covariance = np.cov((genuine - center) / spread, rowvar=False) + ridge * np.eye(genuine.shape[1])
    shift = ((described.pseudo_fake - genuine) / spread).mean(0)
    direction: Float64[ndarray, " numbers"] = np.linalg.solve(covariance, shift) / spread
    return direction


def scaled(direction: Float64[ndarray, " numbers"], described: Described) -> LinearVote:
    """The direction as a logit of an even start, by a logistic regression on pairs that it was not fitted to.

    Where it does not put those pseudo-fakes above genuine pictures, it says nothing: the weight is 0.
    """
    here, there = (part @ direction for part in described)
    scores, is_fake = np.concatenate([here, there]), np.repeat([0, 1], len(here))
    unit = scores.std() or 1.0
    curve = LogisticRegression().fit(scores[:, None] / unit, is_fake)
    slope = max(0.0, float(curve.coef_[0, 0]))
    return LinearVote(
        weight=slope / unit * direction,
        bias=float(curve.intercept_[0]) if slope else 0.0,
        auc=float(roc_auc_score(is_fake, scores)),
        pairs_in_order=float((there > here).mean()),
    )


def _describe(
    model: FakeSTormer, batches: Iterable[Batch], run: TrainRun, team: Team, tell: Tell | None, done: int = 0
) -> Described:
    """The numbers of all processes' pairs, in the order of the pairs."""
    mine = []
    for batch in batches:
        mine.append(_describe_batch(model, batch, run))
        done += len(mine[-1].genuine)
        if tell:
            tell(done)
    shares = gathered(mine, team)
    count = sum(len(share) for share in shares)
    parts = [shares[number % team.size][number // team.size] for number in range(count)]
    return Described(*(np.concatenate(kind) for kind in zip(*parts, strict=True)))


@torch.inference_mode()
def _describe_batch(model: FakeSTormer, batch: Batch, run: TrainRun) -> Described:
    assert model.direct_vote is not None
    device = model.direct_vote.weight.device
    clips = preprocess(batch.clips.to(device), run.clip_spec.mean, run.clip_spec.std)
    with torch.autocast(device.type, torch.bfloat16, enabled=run.precision == "bfloat16"):
        patches = model.direct_vote.embed(clips)
    numbers = model.direct_vote.describe(patches).cpu()
    return Described(numbers[batch.labels == 0].numpy(), numbers[batch.labels == 1].numpy())
