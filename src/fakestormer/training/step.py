"""One training step, readable as the algorithm box of the paper."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from fakestormer.data import Batch
from fakestormer.model import ModelOutput, preprocess
from fakestormer.training.config import TrainRun
from fakestormer.training.distributed import ALONE, Team, model_of, summed, without_sync
from fakestormer.training.loss import LossCounts, Losses, count_terms, sum_of_parts, training_losses
from fakestormer.training.randomness import read_random_state, set_random_state
from fakestormer.training.sam import ascend, descend
from fakestormer.training.schedule import learning_rate
from fakestormer.training.trained import choose_trained


def train_step(
    replica: nn.Module,
    optimizer: torch.optim.Optimizer,
    batches: Sequence[Batch],
    run: TrainRun,
    step: int,
    team: Team = ALONE,
) -> Losses:
    """The losses of the step's pairs before the weights move by one step.

    `batches` are this process's share of the pairs, in `accumulate` parts; however they are parted, the step is that of
    all pairs at once.
    """
    settings = run.optimisation
    choose_trained(model_of(replica), settings, step)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step, settings) * group["scale"]
    batches = [batch.to(team.device) for batch in batches]
    counts = count_terms(batches, team)
    optimizer.zero_grad(set_to_none=True)
    if settings.sam_rho is None:
        parts = add_gradients(replica, batches, run, counts, team, joined=True)
    else:
        draws = read_random_state(team.device)
        parts = add_gradients(replica, batches, run, counts, team, joined=False)
        if settings.sam_joined_ascent:
            join_gradients(replica, team)
        stood = ascend(model_of(replica).parameters(), settings.sam_rho)
        optimizer.zero_grad(set_to_none=True)
        # Both passes see the same network: dropout and stochastic depth draw again what they drew.
        set_random_state(draws, team.device)
        add_gradients(replica, batches, run, counts, team, joined=True)
        descend(stood)
    if settings.gradient_clip is not None:
        nn.utils.clip_grad_norm_(replica.parameters(), settings.gradient_clip)
    optimizer.step()
    return sum_of_parts(parts, team)


def add_gradients(
    replica: nn.Module,
    batches: Sequence[Batch],
    run: TrainRun,
    counts: LossCounts,
    team: Team,
    *,
    joined: bool,
) -> list[Losses]:
    """Each part's share of the step's losses; their gradients are in the weights, over the team where `joined`.

    Gradients travel once, behind the last part: before that, and where not joined, they stay with their process.
    """
    parts = []
    for batch in batches[:-1] if joined else batches:
        with without_sync(replica):
            parts.append(_backward(replica, batch, run, counts, team))
    if joined:
        parts.append(_backward(replica, batches[-1], run, counts, team))
    return parts


def _backward(replica: nn.Module, batch: Batch, run: TrainRun, counts: LossCounts, team: Team) -> Losses:
    losses = batch_losses(replica, batch, run, counts)
    # Joined gradients are the mean over the team; the losses are parts of one whole, so their sum is wanted.
    torch.autograd.backward(losses.total * team.size)
    return losses


def batch_losses(replica: nn.Module, batch: Batch, run: TrainRun, counts: LossCounts | None = None) -> Losses:
    """The losses of one batch in the run's precision."""
    return training_losses(output_of(replica, batch, run), batch, run.loss, counts)


def output_of(replica: nn.Module, batch: Batch, run: TrainRun) -> ModelOutput:
    """What the model says about a batch in the run's precision."""
    clips = preprocess(batch.clips, run.clip_spec.mean, run.clip_spec.std)
    with torch.autocast(clips.device.type, torch.bfloat16, enabled=run.precision == "bfloat16"):
        output: ModelOutput = replica(clips)
    return output


def join_gradients(replica: nn.Module, team: Team) -> None:
    """Every weight's gradient becomes the mean over the team."""
    for weight in replica.parameters():
        if weight.grad is not None:
            weight.grad = summed(weight.grad, team) / team.size
