from __future__ import annotations

import pytest
import torch

from fakestormer.detector import DetectorConfig
from fakestormer.model import refuse_emulated_bfloat16
from fakestormer.model.precision import has_bfloat16_instructions
from fakestormer.types import ConfigError


def test_bfloat16_is_refused_where_a_cpu_would_emulate_it_and_nowhere_else(monkeypatch) -> None:
    cpu = torch.device("cpu")
    refuse_emulated_bfloat16("float32", cpu)
    refuse_emulated_bfloat16("bfloat16", torch.device("cuda"))
    monkeypatch.setattr("fakestormer.model.precision.has_bfloat16_instructions", lambda: True)
    refuse_emulated_bfloat16("bfloat16", cpu)
    monkeypatch.setattr("fakestormer.model.precision.has_bfloat16_instructions", lambda: False)
    with pytest.raises(ConfigError, match="use precision='float32' here"):
        refuse_emulated_bfloat16("bfloat16", cpu)


def test_avx_512_alone_has_no_bfloat16(monkeypatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    for supported in (True, False):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda supported=supported: supported)
        assert has_bfloat16_instructions() == supported


def test_a_precision_that_does_not_exist_is_one_sentence() -> None:
    with pytest.raises(ConfigError, match="there is no precision 'half': choose float32 or bfloat16"):
        DetectorConfig(precision="half")
