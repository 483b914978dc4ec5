"""The state of torch's random generators: what dropout and stochastic depth draw from."""

from __future__ import annotations

import torch
from torch import Tensor

RandomState = dict[str, Tensor]


def read_random_state(device: torch.device) -> RandomState:
    """The state of the CPU's generator and, where the device is an accelerator, of its generator."""
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def set_random_state(state: RandomState, device: torch.device) -> None:
    """From here on the same draws as from where the state was read."""
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)
