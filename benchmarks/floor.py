"""The least a self-blended pair can cost: every operation the method asks for, once, at this machine's own rates.

Each operation is timed alone, on contiguous frames already in the cache, and counted as often as the default draws ask
for it. Nothing is counted for draws, geometry, Python, memory that is allocated or copied for convenience.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
from numpy import ndarray

from fakestormer.synthesis import SynthesisConfig, draw_parameters

SIZE, NUM_FRAMES = 224, 4
NUM_DRAWS = 2000


def count_floor() -> dict[str, float]:
    """Milliseconds a pair by operation, their total, and what moving the bytes alone would take."""
    rng = np.random.default_rng(0)
    soft = cv2.resize(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8), (256, 256), interpolation=cv2.INTER_CUBIC)
    crop = cv2.add(soft, np.int16(rng.integers(-4, 5, soft.shape)), dtype=cv2.CV_8U)
    frame = np.ascontiguousarray(crop[:SIZE, :SIZE])
    both = 2 * NUM_FRAMES
    draws = [draw_parameters(SynthesisConfig(), np.random.default_rng(seed)) for seed in range(NUM_DRAWS)]
    finals = [draw.augmentation for draw in draws]
    blends = [draw.frequency.kind == "downscale" for draw in draws]
    reduced = fastest(lambda: enlarge(cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)))
    sharpened = fastest(lambda: cv2.filter2D(frame, -1, np.full((3, 3), 1 / 9, dtype=np.float32)))
    coloured = fastest(lambda: cv2.transform(frame, np.eye(3, 4)))
    floor = {
        "resample source and target": both * fastest(lambda: cv2.resize(crop[13:243, 9:239], (SIZE, SIZE))),
        "masks": NUM_FRAMES * mask_ms(),
        "blending colour": NUM_FRAMES * coloured,
        "blending detail": NUM_FRAMES * float(np.mean(np.where(blends, reduced, sharpened))),
        "blend": NUM_FRAMES * blend_ms(frame),
        "targets": NUM_FRAMES * targets_ms(),
        "final colour": both * coloured * share([any_change(one.colour) for one in finals]),
        "final low resolution": both * mean_of(
            [one.low_resolution for one in finals], (0.35, 1.0), lambda part: enlarge(
                cv2.resize(frame, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
            ),
        ),
        "final blur": both * mean_of(
            [one.blur for one in finals], (0.4, 2.0), lambda sigma: cv2.GaussianBlur(frame, (0, 0), sigma)
        ),
        "final noise": both * share([one.noise is not None for one in finals]) * noise_ms(frame),
        "final JPEG": both * mean_of(
            [one.jpeg_quality for one in finals], (40, 100), lambda quality: jpeg(frame, int(quality))
        ),
    }  # fmt: skip
    in_and_out = NUM_FRAMES * (crop.nbytes + 2 * frame.nbytes + 2 * 4 * SIZE * SIZE)
    moved = in_and_out / bytes_per_ms()
    return {**floor, "total": sum(floor.values()), "bytes in and out, moved once": moved}


def fastest(operation: Callable[[], object]) -> float:
    """Milliseconds of CPU of the fastest of many runs."""
    spent = []
    for _ in range(60):
        since = time.process_time_ns()
        for _ in range(4):
            operation()
        spent.append(time.process_time_ns() - since)
    return min(spent) / 4e6


def mean_of(
    drawn: list[float | None] | list[int | None], limits: tuple[float, float], operation: Callable[[float], object]
) -> float:
    """Milliseconds of an operation over its range, times how often it is drawn."""
    over_range = [fastest(lambda value=value: operation(value)) for value in np.linspace(*limits, 9)]  # type: ignore[misc]
    return share([one is not None for one in drawn]) * float(np.mean(over_range))


def share(flags: list[bool]) -> float:
    """How often a step is drawn."""
    return float(np.mean(flags))


def any_change(change: object) -> bool:
    """Whether a colour change is one."""
    return change != type(change)()


def enlarge(small: ndarray) -> ndarray:
    """A picture of the output's size."""
    return cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)


def jpeg(frame: ndarray, quality: int) -> ndarray | None:
    """There and back."""
    return cv2.imdecode(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def mask_ms() -> float:
    """One frame's mask: an ellipse of a face's size filled, and two separable kernels of the mean width around it."""
    canvas = np.zeros((160, 144), dtype=np.uint8)
    outline = cv2.ellipse2Poly((72, 80), (50, 58), 0, 0, 360, 4)
    kernel = cv2.getGaussianKernel(15, 2.6, cv2.CV_32F)
    soft = canvas.astype(np.float32)
    filled = fastest(lambda: cv2.fillPoly(canvas, [outline], 255, cv2.LINE_AA))
    return filled + 2 * fastest(lambda: cv2.sepFilter2D(soft, -1, kernel, kernel))


def blend_ms(frame: ndarray) -> float:
    """One frame's blend, on the half of it that a mask covers."""
    part, weight = np.ascontiguousarray(frame[: SIZE // 2]), np.full((SIZE // 2, SIZE), 0.5, dtype=np.float32)
    return fastest(lambda: cv2.blendLinear(part, part, weight, weight))


def targets_ms() -> float:
    """One frame's vulnerability and its largest value in every row of patches."""
    mask = np.full((SIZE, SIZE), 0.5, dtype=np.float32)
    return fastest(lambda: (mask * (4 - 4 * mask)).reshape(14, 16, SIZE).max(axis=1))


def noise_ms(frame: ndarray) -> float:
    """Sensor noise laid over one frame, half of drawing it (both clips get the same)."""
    rng = np.random.default_rng(0)
    noise = np.zeros(frame.shape, dtype=np.int16)
    added = fastest(lambda: cv2.add(frame, noise, dtype=cv2.CV_8U))
    return added + fastest(lambda: rng.bytes(frame.size)) / 2


def bytes_per_ms() -> float:
    """How many bytes one core copies in a millisecond, out of the cache and back into memory."""
    block = np.zeros(64 << 20, dtype=np.uint8)
    there = np.empty_like(block)
    return block.nbytes / fastest(lambda: np.copyto(there, block))
