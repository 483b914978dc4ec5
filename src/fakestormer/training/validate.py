"""How well a model tells held-out people's real clips from their pseudo-fakes: what a run is steered by."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from sklearn.metrics import roc_auc_score

from fakestormer.data.batch import Batch
from fakestormer.model import FakeSTormer, preprocess
from fakestormer.training.config import TrainRun
from fakestormer.training.loss import training_losses


@torch.no_grad()
def validate(model: FakeSTormer, batches: Sequence[Batch], run: TrainRun) -> dict[str, float]:
    """AUC over all clips, the share of pairs in order, and the mean losses, on self-blended clips."""
    was_training = model.training
    model.eval()
    logits, labels, in_order, sums = [], [], [], dict[str, float]()
    for batch in batches:
        output = model(preprocess(batch.clips, run.clip_spec.mean, run.clip_spec.std))
        logits.append(output.logits)
        labels.append(batch.labels)
        real, fake = output.logits.chunk(2)
        in_order.append((fake > real).float())
        for name, value in training_losses(output, batch, run.loss).to_floats().items():
            sums[name] = sums.get(name, 0.0) + value
    model.train(was_training)
    return {
        "auc": float(roc_auc_score(torch.cat(labels).numpy(), torch.cat(logits).numpy())),
        "pairs_in_order": float(torch.cat(in_order).mean()),
        **{name: total / len(batches) for name, total in sums.items()},
    }
