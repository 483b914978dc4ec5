"""Which precisions a network may run in on which device."""

from __future__ import annotations

import platform

import torch

from fakestormer.types import ConfigError

PRECISIONS = ("float32", "bfloat16")


def refuse_emulated_bfloat16(precision: str, device: torch.device) -> None:
    """ConfigError for bfloat16 on a CPU without instructions for it, which takes many times as long."""
    if precision == "bfloat16" and device.type == "cpu" and not has_bfloat16_instructions():
        raise ConfigError(
            "precision='bfloat16' needs an accelerator or a CPU with bfloat16 instructions, and this CPU would emulate "
            "them, many times slower than float32: use precision='float32' here"
        )


def has_bfloat16_instructions() -> bool:
    """Whether this CPU multiplies bfloat16 itself. oneDNN says yes for all of AVX-512, where it may emulate them."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    if platform.machine() in ("x86_64", "AMD64"):
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
