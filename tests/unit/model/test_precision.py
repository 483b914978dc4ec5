from __future__ import annotations

import pytest
import torch

from fakestormer.detector import DetectorConfig
from fakestormer.model import refuse_emulated_bfloat16
from fakestormer.types import ConfigError


def test_bfloat16_is_refused_where_a_cpu_would_emulate_it_and_nowhere_else(monkeypatch) -> None:
    cpu = torch.device("cpu")
    refuse_emulated_bfloat16("float32", cpu)
    refuse_emulated_bfloat16("bfloat16", torch.device("cuda"))
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)
    refuse_emulated_bfloat16("bfloat16", cpu)
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    with pytest.raises(ConfigError, match="use precision='float32' here"):
        refuse_emulated_bfloat16("bfloat16", cpu)


def test_a_precision_that_does_not_exist_is_one_sentence() -> None:
    with pytest.raises(ConfigError, match="there is no precision 'half': choose float32 or bfloat16"):
        DetectorConfig(precision="half")
