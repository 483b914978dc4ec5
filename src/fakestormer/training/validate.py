"""How well a model tells held-out people's real clips from their pseudo-fakes: what a run is steered by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from sklearn.metrics import roc_auc_score
from torch import Tensor

from fakestormer.data import Batch
from fakestormer.model import FakeSTormer, preprocess
from fakestormer.training.config import TrainRun
from fakestormer.training.distributed import ALONE, Team, gathered
from fakestormer.training.loss import training_losses


@dataclass(frozen=True, slots=True)
class _Scored:
    """One batch's logits, the real clips first, and its losses."""

    logits: Float[Tensor, " batch"]
    labels: Float[Tensor, " batch"]
    losses: dict[str, float]


@torch.no_grad()
def validate(model: FakeSTormer, batches: Sequence[Batch], run: TrainRun, team: Team = ALONE) -> dict[str, float]:
    """AUC over all clips, the share of pairs in order, and the mean losses, on self-blended clips.

    `batches` are this process's share; the numbers are those of all batches, the same on every process.
    """
    was_training = model.training
    model.eval()
    shares = gathered([_score(model, batch.to(team.device), run) for batch in batches], team)
    model.train(was_training)
    count = sum(len(share) for share in shares)
    scored = [shares[number % team.size][number // team.size] for number in range(count)]
    sums = dict[str, float]()
    for one in scored:
        for name, value in one.losses.items():
            sums[name] = sums.get(name, 0.0) + value
    in_order = [(fake > real).float() for real, fake in (one.logits.chunk(2) for one in scored)]
    logits, labels = (torch.cat([getattr(one, name) for one in scored]).numpy() for name in ("logits", "labels"))
    return {
        "auc": float(roc_auc_score(labels, logits)),
        "pairs_in_order": float(torch.cat(in_order).mean()),
        **{name: total / count for name, total in sums.items()},
    }


def _score(model: FakeSTormer, batch: Batch, run: TrainRun) -> _Scored:
    clips = preprocess(batch.clips, run.clip_spec.mean, run.clip_spec.std)
    output = model(clips)
    losses = training_losses(output, batch, run.loss).to_floats()
    return _Scored(output.logits.cpu(), batch.labels.cpu(), losses)
