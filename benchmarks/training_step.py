"""Seconds of one training step (forward and backward) of the lite model, by depth and precision, as JSON.

Run: python benchmarks/training_step.py. One thread, six clips of four frames, the fastest of four steps, CPU time.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace

import torch

from fakestormer.model import FakeSTormer, ModelConfig

NUM_CLIPS = 6
NUM_REPEATS = 4


def step_seconds(model: FakeSTormer, clips: torch.Tensor, precision: torch.dtype) -> float:
    """CPU seconds of the fastest of some steps."""
    seconds = []
    for _ in range(NUM_REPEATS):
        since = time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
            output = model(clips)
        torch.autograd.backward(
            output.logits.mean() + output.temporal_map.square().mean() + output.spatial_logits.mean()
        )
        seconds.append(time.process_time() - since)
    return min(seconds)


def main() -> None:
    """Prints the table."""
    torch.set_num_threads(1)
    clips = torch.randn(NUM_CLIPS, 4, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    rows = []
    for depth in (2, 4):
        for precision in (torch.float32, torch.bfloat16):
            model = FakeSTormer(replace(ModelConfig.lite(), depth=depth)).train()
            seconds = round(step_seconds(model, clips, precision), 2)
            rows.append({"blocks": depth, "precision": str(precision).removeprefix("torch."), "seconds": seconds})
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
