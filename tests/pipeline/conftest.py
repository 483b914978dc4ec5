"""What the end-to-end tests share: a film of a real face, tiny weights, and the command line as a user meets it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from jaxtyping import UInt8
from numpy import ndarray
from tests.bad_videos import Recipe, make_video

import fakestormer as fs
from fakestormer.cli.main import main
from fakestormer.model import FakeSTormer, ModelConfig, load_weights, save_weights
from fakestormer.synthesis import film_still
from fakestormer.types import Calibration, ClipSpec

SIZE = 256
TINY_MODEL = ModelConfig(name="test", width=16, depth=1, num_heads=2, image_size=64)
TINY_CLIPS = ClipSpec(image_size=64)


@dataclass(frozen=True)
class Outcome:
    """What a user sees of one command: exit code, what it printed, and its error sentences."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("fakestormer: ")]


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def portrait() -> UInt8[ndarray, "size size 3"]:
    """A picture with one face of about 90 x 110 pixels in its upper middle (NASA, public domain)."""
    data = pytest.importorskip("skimage.data")
    return np.ascontiguousarray(data.astronaut()[:SIZE, 96 : 96 + SIZE])


@pytest.fixture(scope="session")
def film(portrait: UInt8[ndarray, "size size 3"]) -> UInt8[ndarray, "frames size size 3"]:
    """The picture under a moving camera."""
    nowhere = np.zeros((1, 2))
    return film_still(portrait, nowhere, 30, np.random.default_rng(3))[0]


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory, film: UInt8[ndarray, "frames size size 3"]) -> Path:
    """A sound video of one face; not to be written to."""
    path = tmp_path_factory.mktemp("good") / "good.mp4"
    return make_video(path, Recipe(num_frames=14, width=SIZE, height=SIZE), lambda index: film[index])


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a network that nobody trained: their scores mean nothing, all else is as it should be."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    calibration = Calibration(1.0, 0.0, 0.4, 0.6, "a test")
    save_weights(path, FakeSTormer(TINY_MODEL), TINY_CLIPS, {"name": "tiny"}, calibration, {})
    return path


@pytest.fixture(scope="session")
def detector(weights: Path) -> fs.Detector:
    return fs.Detector(load_weights(weights), fs.DetectorConfig(device="cpu"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs `fakestormer ARGUMENTS...` in this process; an exception that escapes fails the test."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["fakestormer", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), printed.out, printed.err)

    return run
