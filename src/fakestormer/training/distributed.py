"""The processes that train one model together: the only file that knows ranks.

`torchrun` starts one process for every accelerator (NCCL), or several on CPUs (gloo), on one or many machines. Each has
the whole model and a share of every step's pairs; gradients are summed over them, once a step.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from fakestormer.model import FakeSTormer
from fakestormer.types import ConfigError

Item = TypeVar("Item")
CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class Team:
    """This process's number among `size`, and the device it computes on."""

    rank: int = 0
    size: int = 1
    device: torch.device = CPU

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and speaks for all."""
        return self.rank == 0


ALONE = Team()


@contextmanager
def joined_team() -> Iterator[Team]:
    """The team that `torchrun` called together, left again at the end; without torchrun, this process alone."""
    with_accelerator = torch.cuda.is_available()
    if not distributed.is_torchelastic_launched():
        yield Team(device=torch.device("cuda") if with_accelerator else CPU)
        return
    device = CPU
    if with_accelerator:
        place, there = distributed.get_node_local_rank(), torch.cuda.device_count()
        if place >= there:
            raise ConfigError(f"process {place} of this machine finds {there} accelerators: lower --nproc-per-node")
        device = torch.device("cuda", place)
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if with_accelerator else "gloo")
    try:
        yield Team(distributed.get_rank(), distributed.get_world_size(), device)
    finally:
        distributed.destroy_process_group()


def even_parts(items: Sequence[Item], count: int) -> list[list[Item]]:
    """The items in order, in `count` runs whose lengths differ by one at most."""
    ends = [len(items) * number // count for number in range(count + 1)]
    return [list(items[start:end]) for start, end in itertools.pairwise(ends)]


def share_of(items: Sequence[Item], team: Team) -> list[Item]:
    """This process's part; the parts of all, one after another, are the items."""
    return even_parts(items, team.size)[team.rank]


def replicate(model: FakeSTormer, team: Team, *, rests: bool) -> nn.Module:
    """The model as it is called in training: with gradients joined over the team, where there is one.

    Weights that do not train must be frozen before. `rests`: some that train are frozen at some steps.
    """
    if team.size == 1:
        return model
    places = [team.device.index] if team.device.type == "cuda" else None
    with warnings.catch_warnings():
        # Torch 2.13 has a new name for the switch, which torch 2.6 does not know yet. Our buffers never change.
        warnings.simplefilter("ignore", FutureWarning)
        return DistributedDataParallel(model, device_ids=places, broadcast_buffers=False, find_unused_parameters=rests)


def model_of(replica: nn.Module) -> FakeSTormer:
    """The model inside what `replicate` gave."""
    model = replica.module if isinstance(replica, DistributedDataParallel) else replica
    assert isinstance(model, FakeSTormer)
    return model


def without_sync(replica: nn.Module) -> AbstractContextManager[None]:
    """In this block gradients stay with their process: for all passes of a step but the last."""
    if isinstance(replica, DistributedDataParallel):
        return replica.no_sync()
    return nullcontext()


def summed(values: Tensor, team: Team) -> Tensor:
    """The sum of every process's values, the same on all."""
    if team.size == 1:
        return values
    total = values.clone()
    distributed.all_reduce(total)
    return total


def gathered(item: Item, team: Team) -> list[Item]:
    """Every process's item, in the order of ranks, on all."""
    if team.size == 1:
        return [item]
    items: list[Item | None] = [None] * team.size
    distributed.all_gather_object(items, item)
    return [one for one in items if one is not None]


def wait_for_all(team: Team) -> None:
    """Returns when every process has come here."""
    if team.size > 1:
        distributed.barrier()
