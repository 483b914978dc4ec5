"""Fits the direct vote: no steps, one pass over pairs of single frames and one system of linear equations.

What genuine faces differ in anyway, such as camera, codec, size and sharpness, is the genuine pictures' covariance. The
vote looks in the direction in which pseudo-fakes lie from their own originals, measured against that covariance: the
linear answer that separates best where forgery adds the same to every picture (Fisher 1936).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float64
from numpy import ndarray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from fakestormer.data.batch import Batch
from fakestormer.model import FakeSTormer, preprocess
from fakestormer.training.config import TrainRun

SCALED_ON = 5  # every fifth pair is kept out of the direction and sets the scale: on those of the fit it is too large


@dataclass(frozen=True, slots=True)
class LinearVote:
    """A linear answer to the numbers that describe a picture, and how well it orders the pairs left aside."""

    weight: Float64[ndarray, " numbers"]
    bias: float
    auc: float
    pairs_in_order: float


def fit_vote(
    model: FakeSTormer, batches: Iterable[Batch], run: TrainRun, tell: Callable[[int], None] | None = None
) -> LinearVote:
    """The vote fitted to these pairs, which the model has from now on; `tell` hears how many pairs are seen so far."""
    assert model.direct_vote is not None
    was_training = model.training
    model.eval()
    reals, fakes = list[Float[ndarray, "pairs numbers"]](), list[Float[ndarray, "pairs numbers"]]()
    for batch in batches:
        real, fake = np.split(_described(model, batch, run), 2)
        reals.append(real)
        fakes.append(fake)
        if tell:
            tell(sum(len(one) for one in reals))
    model.train(was_training)
    vote = fit_linear(np.concatenate(reals), np.concatenate(fakes), run.optimisation.vote_ridge)
    with torch.no_grad():
        model.direct_vote.linear.weight.copy_(torch.from_numpy(vote.weight)[None])
        model.direct_vote.linear.bias.fill_(vote.bias)
    return vote


@torch.inference_mode()
def _described(model: FakeSTormer, batch: Batch, run: TrainRun) -> Float[ndarray, "pictures numbers"]:
    assert model.direct_vote is not None
    device = model.direct_vote.linear.weight.device
    clips = preprocess(batch.clips.to(device), run.clip_spec.mean, run.clip_spec.std)
    with torch.autocast(device.type, torch.bfloat16, enabled=run.precision == "bfloat16"):
        patches = model.direct_vote.embed(clips)
    described: Float[ndarray, "pictures numbers"] = model.direct_vote.describe(patches).cpu().numpy()
    return described


def fit_linear(
    reals: Float[ndarray, "pairs numbers"], fakes: Float[ndarray, "pairs numbers"], ridge: float
) -> LinearVote:
    """The vote of these pairs: row k of both is one picture and its pseudo-fake.

    Every number is taken in units of its deviation over genuine pictures; `ridge` is added to the covariance's
    diagonal there. The direction is scaled to a logit by a logistic regression on pairs that it was not fitted to.
    """
    aside = np.arange(len(reals)) % SCALED_ON == 0
    genuine = reals[~aside].astype(np.float64)
    center, spread = genuine.mean(0), genuine.std(0) + 1e-6
    covariance = np.cov((genuine - center) / spread, rowvar=False) + ridge * np.eye(reals.shape[1])
    direction = np.linalg.solve(covariance, ((fakes[~aside] - genuine) / spread).mean(0)) / spread
    here, there = reals[aside] @ direction, fakes[aside] @ direction
    scores, is_fake = np.concatenate([here, there]), np.repeat([0, 1], len(here))
    scale = scores.std() or 1.0
    curve = LogisticRegression().fit(scores[:, None] / scale, is_fake)
    slope = float(curve.coef_[0, 0]) / scale
    return LinearVote(
        weight=slope * direction,
        bias=float(curve.intercept_[0]),
        auc=float(roc_auc_score(is_fake, scores)),
        pairs_in_order=float((there > here).mean()),
    )
