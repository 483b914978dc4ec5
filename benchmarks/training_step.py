"""Seconds of one training step (forward and backward) of the lite model, by depth and precision, as JSON.

python benchmarks/training_step.py [--clips 6] [--repeats 4]    one thread, clips of four frames, the fastest step
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace

import torch

from fakestormer.model import FakeSTormer, ModelConfig


def step_seconds(model: FakeSTormer, clips: torch.Tensor, precision: torch.dtype, num_repeats: int) -> float:
    """CPU seconds of the fastest of some steps."""
    seconds = []
    for _ in range(num_repeats):
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
    parser = argparse.ArgumentParser(description="Time a training step of the lite model.")
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--repeats", type=int, default=4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    clips = torch.randn(options.clips, 4, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    rows = []
    for depth in (2, 4):
        for precision in (torch.float32, torch.bfloat16):
            model = FakeSTormer(replace(ModelConfig.lite(), depth=depth)).train()
            seconds = round(step_seconds(model, clips, precision, options.repeats), 2)
            rows.append({"blocks": depth, "precision": str(precision).removeprefix("torch."), "seconds": seconds})
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
