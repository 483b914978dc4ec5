"""What each of two processes does in the tests of this folder: its share of some training steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from tests.pipeline.tiny_run import tiny
from torch import distributed

from fakestormer.data.batch import Batch
from fakestormer.model import FakeSTormer
from fakestormer.training import Optimisation, TrainRun
from fakestormer.training.distributed import Team, even_parts, gathered, replicate, share_of
from fakestormer.training.step import train_step
from fakestormer.training.trained import choose_ever_trained, make_optimizer

NUM_PAIRS = 5  # shared unevenly: two pairs and three
PLAIN = Optimisation(num_steps=4, pairs_per_step=NUM_PAIRS, peak_rate=1e-2, first_rate=1e-2)
CASES = {
    "plain": PLAIN,
    "accumulated": replace(PLAIN, accumulate=2),
    "clipped": replace(PLAIN, gradient_clip=0.1),
    "frozen at first": replace(PLAIN, frozen_encoder_steps=1),
    "norms only": replace(PLAIN, trained="norms"),
    "sam, joined ascent": replace(PLAIN, sam_rho=0.5, sam_joined_ascent=True),
    "sam, joined ascent, accumulated": replace(PLAIN, sam_rho=0.5, sam_joined_ascent=True, accumulate=2),
    "sam": replace(PLAIN, sam_rho=0.5),
    "sam, accumulated": replace(PLAIN, sam_rho=0.5, accumulate=2),
}


def run_of(settings: Optimisation) -> TrainRun:
    """A run without dropout: each process has draws of its own, so with it there is nothing to compare."""
    model = replace(tiny().model, drop_path=0.0, head_dropout=0.0, zero_init_temporal=False)
    return replace(tiny(), model=model, optimisation=settings)


def pairs_as_batch(numbers: list[int]) -> Batch:
    """These pairs; the higher a pair's number, the fewer of its patches are kept."""
    rows = [_pair(number) for number in numbers]
    kinds = zip(*(row for real, fake in rows for row in (real, fake)), strict=True)
    ordered = [torch.stack([*kind[0::2], *kind[1::2]]) for kind in kinds]
    return Batch(*ordered)


def _pair(number: int) -> list[tuple[torch.Tensor, ...]]:
    draw = torch.Generator().manual_seed(number)
    kept = torch.rand(4, 4, generator=draw) > 0.18 * number
    pair = []
    for label in (0.0, 1.0):
        clip = torch.randint(0, 256, (4, 64, 64, 3), dtype=torch.uint8, generator=draw)
        targets = (torch.rand(4, generator=draw) * label, torch.randn(4, 4, 4, generator=draw) * label)
        pair.append((clip, torch.tensor(label), *targets, kept))
    return pair


def steps_of(settings: Optimisation, team: Team, num_steps: int = 2) -> dict[str, object]:
    """The gradients of the last of some steps, its losses, and the weights behind it."""
    torch.manual_seed(0)
    run = run_of(settings)
    model = FakeSTormer(run.model)
    optimizer = make_optimizer(model, settings)
    replica = replicate(model, team, rests=choose_ever_trained(model, settings))
    for step in range(num_steps):
        pairs = share_of(range(NUM_PAIRS), team)
        batches = [pairs_as_batch(part) for part in even_parts(pairs, settings.accumulate)]
        losses = train_step(replica, optimizer, batches, run, step, team)
    gradients = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
    return {"gradients": gradients, "losses": losses.to_floats(), "weights": model.state_dict()}


def work(rank: int, folder: str) -> None:
    """All cases as process `rank` of two; what came out lies in the folder."""
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    team = Team(rank, 2)
    results = {name: steps_of(settings, team) for name, settings in CASES.items()}
    results |= {f"{name}, one step": steps_of(CASES[name], team, 1) for name in ("sam", "sam, accumulated")}
    assert gathered(("item", rank), team) == [("item", 0), ("item", 1)]
    torch.save(results, Path(folder) / f"rank-{rank}.pt")
    distributed.destroy_process_group()
