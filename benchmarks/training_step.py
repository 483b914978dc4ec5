"""What a training step costs on a CPU, as JSON: clips a second, utilisation, and where the time goes.

python benchmarks/training_step.py [--parts sizes,variants,operations] [--clips 6] [--repeats 3]

Parts: `sizes` lite, small and base, plain and with sharpness-aware minimisation (base with a third of the clips);
`variants` of the lite step: memory given back or kept, channels last or first, activations in place or not;
`operations` the lite step by operation beside its floor; `threads` one against two; `compile` with torch.compile
(needs g++); `bfloat16` for CPUs with instructions for it.

Clips of four frames, float32 if not said otherwise; a step is forward, backward and AdamW. Seconds are CPU seconds
(user and system) of the fastest of some steps, so that other processes on the machine count as little as may be. FLOPs
are those of products, convolutions and attention in forward and backward (`step_floor.py`).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from step_floor import OperationMeter, matrix_rate, memory_rate
from torch.nn import functional

from fakestormer.model import FakeSTormer, ModelConfig
from fakestormer.training.memory import keep_freed_memory
from fakestormer.training.sam import ascend, descend

RHO = 0.05
LITE = ModelConfig.lite()


class Step:
    """A model, clips and an optimiser: everything a step needs but the losses' targets."""

    def __init__(self, config: ModelConfig, num_clips: int, sam: bool = False) -> None:
        torch.manual_seed(0)
        self.model = FakeSTormer(config).train()
        self.clips = torch.randn(num_clips, 4, 3, 224, 224)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4)
        self.sam = sam
        self.precision = torch.float32

    def add_gradients(self) -> None:
        """Forward and backward."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.precision == torch.bfloat16):
            output = self.model(self.clips)
        loss = output.logits.mean() + output.temporal_map.square().mean() + output.spatial_logits.mean()
        torch.autograd.backward(loss)

    def __call__(self) -> None:
        """The whole step."""
        self.optimizer.zero_grad()
        self.add_gradients()
        if self.sam:
            stood = ascend(self.model.parameters(), RHO)
            self.optimizer.zero_grad()
            self.add_gradients()
            descend(stood)
        self.optimizer.step()

    def count_flops(self) -> int:
        """FLOPs of a step."""
        with OperationMeter(1.0, 1.0) as meter:
            self()
        return sum(row.flops for row in meter.spent.values())


def timed(step: Callable[[], None], num_repeats: int) -> dict[str, float]:
    """CPU and wall seconds, each of the step where it was least; one step goes before."""
    step()
    cpu, wall = [], []
    for _ in range(num_repeats):
        since = time.process_time(), time.perf_counter()
        step()
        cpu.append(time.process_time() - since[0])
        wall.append(time.perf_counter() - since[1])
    return {"cpu s": round(min(cpu), 3), "wall s": round(min(wall), 3)}


def measure_sizes(num_clips: int, num_repeats: int) -> list[dict[str, Any]]:
    """Clips a CPU second, and the share of the rate of matrix products that counted FLOPs reach."""
    rows = []
    for config in (LITE, ModelConfig.small(), ModelConfig.base()):
        clips = max(1, num_clips // 3) if config.name == "base" else num_clips
        for sam in (False, True):
            step = Step(config, clips, sam)
            flops = step.count_flops()
            rate = matrix_rate()
            seconds = timed(step, num_repeats)
            rows.append({
                "model": config.name, "step": "SAM" if sam else "plain", "clips": clips, **seconds,
                "clips a cpu s": round(clips / seconds["cpu s"], 2),
                "GFLOP a clip": round(flops / clips / 1e9, 1),
                "utilisation": round(flops / seconds["cpu s"] / rate, 3),
                "GFLOP/s of products": round(rate / 1e9, 1),
            })  # fmt: skip
    return rows


def contiguous_features(stem: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    """The stem's feature map with all maps channels-first."""

    def features(images: torch.Tensor) -> torch.Tensor:
        maps = functional.relu6(stem.first(images.contiguous()), inplace=True)
        for block in stem.blocks:
            maps = block(maps)
        return maps

    return features


@contextmanager
def activations_apart() -> Iterator[None]:
    """Every activation of the stem is a map of its own, instead of taking the place of what it was computed from."""
    in_place = functional.relu6
    functional.relu6 = lambda maps, inplace=False: in_place(maps)  # noqa: ARG005  (inplace is what is ignored)
    try:
        yield
    finally:
        functional.relu6 = in_place


def measure_variants(num_clips: int, num_repeats: int) -> dict[str, Any]:
    """The lite step as it is, and with one thing changed each. The first can only be measured before the others."""
    rows: dict[str, Any] = {"memory given back": timed(Step(LITE, num_clips), num_repeats)}
    rows["memory kept could be asked for"] = keep_freed_memory()
    rows["memory kept (as in training)"] = timed(Step(LITE, num_clips), num_repeats)
    with activations_apart():
        rows["activations apart"] = timed(Step(LITE, num_clips), num_repeats)
    contiguous = Step(LITE, num_clips)
    contiguous.model.encoder.stem.features = contiguous_features(contiguous.model.encoder.stem)
    rows["channels first"] = timed(contiguous, num_repeats)
    rows["memory kept, again"] = timed(Step(LITE, num_clips), num_repeats)
    return rows


def measure_operations(num_clips: int) -> dict[str, Any]:
    """CPU milliseconds of the lite step's operations, the largest first, and the floor of each and of all."""
    step = Step(LITE, num_clips)
    step()
    step()
    flops_rate, bytes_rate = matrix_rate(), memory_rate()
    meter = OperationMeter(flops_rate, bytes_rate)
    with meter:
        step.add_gradients()
    ordered = sorted(meter.spent.items(), key=lambda item: -item[1].seconds)
    total, floor = (sum(getattr(row, name) for row in meter.spent.values()) for name in ("seconds", "floor"))
    return {
        "GFLOP/s of products": round(flops_rate / 1e9, 1),
        "GB/s of copies": round(bytes_rate / 1e9, 1),
        "ms": round(1000 * total),
        "floor, ms": round(1000 * floor),
        "times the floor": round(total / floor, 2),
        "operations": [
            {"operation": name, "calls": row.calls, "ms": round(1000 * row.seconds, 1),
             "floor, ms": round(1000 * row.floor, 1), "GB": round(row.bytes / 1e9, 2),
             "GFLOP": round(row.flops / 1e9, 2)}
            for name, row in ordered if row.seconds > 0.005 * total
        ],
    }  # fmt: skip


def measure_threads(num_clips: int, num_repeats: int) -> dict[str, Any]:
    """The lite step with one and two threads; wall seconds mean something on an idle machine only."""
    rows = {}
    for count in (1, 2):
        torch.set_num_threads(count)
        rows[f"{count} threads"] = timed(Step(LITE, num_clips), num_repeats)
    torch.set_num_threads(1)
    return rows


def measure_compile(num_clips: int, num_repeats: int) -> dict[str, Any]:
    """The lite step plain and compiled, and what compiling costs once."""
    plain, compiled = Step(LITE, num_clips), Step(LITE, num_clips)
    compiled.model.compile()
    since = time.perf_counter()
    compiled()
    first = time.perf_counter() - since
    return {
        "first step, wall s": round(first, 1),
        "plain": timed(plain, num_repeats),
        "compiled": timed(compiled, num_repeats),
        "plain, again": timed(plain, num_repeats),
    }


def measure_bfloat16(num_clips: int, num_repeats: int) -> dict[str, Any]:
    """Forward and backward of the lite model in both precisions."""
    rows = {}
    for precision in (torch.float32, torch.bfloat16):
        step = Step(LITE, num_clips)
        step.precision = precision
        rows[str(precision).removeprefix("torch.")] = timed(step.add_gradients, num_repeats)
    return rows


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="Time training steps on the CPU.")
    parser.add_argument("--parts", default="variants,sizes,operations")
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    parts: dict[str, Callable[[], Any]] = {
        "variants": lambda: measure_variants(options.clips, options.repeats),
        "sizes": lambda: measure_sizes(options.clips, options.repeats),
        "operations": lambda: measure_operations(options.clips),
        "threads": lambda: measure_threads(options.clips, options.repeats),
        "compile": lambda: measure_compile(options.clips, options.repeats),
        "bfloat16": lambda: measure_bfloat16(options.clips, options.repeats),
    }
    chosen = options.parts.split(",")
    if "variants" not in chosen:
        keep_freed_memory()
    # In the order of `parts`: memory that is kept once stays kept.
    print(json.dumps({name: part() for name, part in parts.items() if name in chosen}, indent=1))


if __name__ == "__main__":
    main()
