"""Which precisions a network may run in on which device."""

from __future__ import annotations

import torch

from fakestormer.types import ConfigError

PRECISIONS = ("float32", "bfloat16")


def refuse_emulated_bfloat16(precision: str, device: torch.device) -> None:
    """ConfigError for bfloat16 on a CPU without instructions for it, which takes many times as long."""
    if precision == "bfloat16" and device.type == "cpu" and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        raise ConfigError(
            "precision='bfloat16' needs an accelerator or a CPU with bfloat16 instructions, and this CPU would emulate "
            "them, many times slower than float32: use precision='float32' here"
        )
