"""The motion member in one resumable run: mesh points, landmark network, landmarks of all tracks, motion networks.

The run folder holds `run.json`, `mesh/` (the mesh's points of every track), `metrics.jsonl`, `landmarks.pt`,
`motion-1.pt` and so on (checkpoints) and at the end `motion_member.safetensors`. Whatever is there is not made again.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save as save_arrays
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from fakestormer.data import CachedTrack, is_held_out, read_cache
from fakestormer.faces import Landmarker, point_flow, window_stride
from fakestormer.faces.backends.facemesh import FaceMeshLandmarker
from fakestormer.files import write_aside, write_file
from fakestormer.model import MotionMember, preprocess, refuse_emulated_bfloat16
from fakestormer.model.warm_start import warm_start_landmark_network
from fakestormer.training.landmarks import (
    FRAMES,
    MeshTrack,
    draw_step,
    find_mesh,
    landmark_loss,
    mean_points,
    usable,
    window_crops,
)
from fakestormer.training.memory import keep_freed_memory
from fakestormer.training.metrics_log import MetricsLog
from fakestormer.training.motion_run import MotionRun
from fakestormer.training.motion_windows import PointTrack, WindowPairs
from fakestormer.training.start import efficientnet_file
from fakestormer.types import ConfigError, DataError

Observer = Callable[[int, str, dict[str, float]], None]
RECORD_NAME, MEMBER_NAME, NOTE_KEY = "run.json", "motion_member.safetensors", "fakestormer"
WARMUP, DECAY, SMOOTHING = 50, 0.99, 0.05
POOLS = (0.55, 0.15, 0.3)  # genuine videos, forgeries beside their originals, other forgeries


def train_motion(
    run: MotionRun,
    caches: Sequence[Path],
    folder: Path,
    *,
    resume: bool = False,
    observe: Observer | None = None,
    landmarker: Landmarker | None = None,
) -> Path:
    """The path of the finished member's averaged weights; a killed run goes on from its checkpoints.

    Args:
        run: the recipe.
        caches: track caches of videos, genuine and forged; people held out are left out of training.
        folder: of the run.
        resume: go on from what the folder holds.
        observe: hears (step, kind, numbers); steps of the motion networks follow those of the landmark network.
        landmarker: who teaches; None for the face mesh.

    Raises:
        ConfigError: the folder holds another run, or none to resume.
        DataError: the caches hold no usable videos.
        LandmarkModelError: the face mesh is not there.
    """
    keep_freed_memory()
    refuse_emulated_bfloat16(run.precision, torch.device("cpu"))
    folder.mkdir(parents=True, exist_ok=True)
    _open_record(run, folder, resume)
    tracks = [track for cache in caches for track in read_cache(cache) if not track.is_still]
    tracks = [track for track in tracks if track.forgery is None or not track.forgery.places]
    trained = [track for track in tracks if not is_held_out(track.identity, run.held_out)]
    log = MetricsLog(folder / "metrics.jsonl", _steps_done(run, folder) or None)
    torch.manual_seed(run.seed)
    member = MotionMember(run.motion_networks)
    tell = _teller(log, observe)
    meshes = _meshes(run, trained, folder / "mesh", landmarker)
    _train_landmarks(run, meshes, folder, member, tell)
    _train_motion(run, trained, folder, member, tell)
    tensors = {name: tensor.contiguous() for name, tensor in member.state_dict().items()}
    write_file(folder / MEMBER_NAME, save(tensors, {NOTE_KEY: json.dumps({"run": run.to_json()})}))
    return folder / MEMBER_NAME


def _train_landmarks(
    run: MotionRun, found: Sequence[MeshTrack], folder: Path, member: MotionMember, tell: Observer
) -> None:
    """Fills the member's landmark network."""
    window = run.clip_spec.window
    assert window is not None
    meshes = usable(found, FRAMES)
    network = member.landmarks
    warm_start_landmark_network(network, efficientnet_file())
    network.start_at(mean_points(meshes, window))
    pools = [[one for one in meshes if _pool(one.track) == number] for number in range(len(POOLS))]
    shares = np.array([share if pool else 0.0 for share, pool in zip(POOLS, pools, strict=True)])
    last = [*network.squeeze.parameters(), *network.head.parameters()]
    rates = [(run.landmark_rate, list(network.first.parameters()) + list(network.blocks.parameters()))]
    loop = _Loop(network, [*rates, (2 * run.landmark_rate, last)], run.landmark_steps, folder / "landmarks.pt", run)

    def step(number: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng([run.seed, 0, number])
        crops, points = draw_step(pools, list(shares / shares.sum()), window, rng)
        return landmark_loss(network, crops, points, run)

    network.load_state_dict(loop.run_to_end(step, lambda number, numbers: tell(number, "train", numbers)))


def _train_motion(
    run: MotionRun, tracks: Sequence[CachedTrack], folder: Path, member: MotionMember, tell: Observer
) -> None:
    """Fills the member's motion networks, one after the other."""
    pairs = WindowPairs([_landmarks(run, track, member) for track in tracks], run)
    for number, network in enumerate(member.motion, start=1):
        torch.manual_seed(run.seed + number)
        rates = [(run.motion_rate, list(network.parameters()))]
        loop = _Loop(network, rates, run.motion_steps, folder / f"motion-{number}.pt", run, weight_decay=0.01)
        step = functools.partial(_motion_step, run, pairs, network, number)
        done = run.landmark_steps + (number - 1) * run.motion_steps
        network.load_state_dict(loop.run_to_end(step, functools.partial(_told, tell, done)))


def _motion_step(
    run: MotionRun, pairs: WindowPairs, network: nn.Module, seed: int, step: int
) -> tuple[Tensor, dict[str, float]]:
    """The loss of a step of the motion network that has this seed."""
    flow, labels = pairs.draw(np.random.default_rng([run.seed, seed, step]))
    aims = labels * (1 - 2 * SMOOTHING) + SMOOTHING
    loss = functional.binary_cross_entropy_with_logits(network(flow), aims)
    return loss, {"loss": float(loss.detach())}


def _told(tell: Observer, done: int, step: int, numbers: dict[str, float]) -> None:
    """Counts a network's steps behind those of the networks before it."""
    tell(done + step, "train", numbers)


class _Loop:
    """AdamW, a linear warm-up, a cosine to zero, averaged weights, checkpoints."""

    def __init__(
        self,
        network: nn.Module,
        rates: Sequence[tuple[float, list[nn.Parameter]]],
        num_steps: int,
        path: Path,
        run: MotionRun,
        weight_decay: float = 1e-4,
    ) -> None:
        self._network, self._num_steps, self._path, self._run = network, num_steps, path, run
        self._average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(DECAY))  # type: ignore[no-untyped-call]
        groups = [{"params": parameters, "peak": rate} for rate, parameters in rates]
        self._optimizer = torch.optim.AdamW(groups, lr=rates[0][0], weight_decay=weight_decay)
        self._step = 0
        if path.exists():
            self._load()

    def run_to_end(
        self,
        step: Callable[[int], tuple[Tensor, dict[str, float]]],
        observe: Callable[[int, dict[str, float]], None],
    ) -> dict[str, Tensor]:
        """The averaged weights behind the last step."""
        self._network.train()
        while self._step < self._num_steps:
            started = time.monotonic()
            share = max(0, self._step - WARMUP) / max(1, self._num_steps - WARMUP)
            for group in self._optimizer.param_groups:
                warm = min(1.0, (self._step + 1) / WARMUP)
                group["lr"] = group["peak"] * warm * (1 + math.cos(math.pi * share)) / 2
            loss, numbers = step(self._step)
            loss.backward()  # type: ignore[no-untyped-call]
            norm = torch.nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
            if not math.isfinite(float(norm)):
                raise DataError(f"the gradient of step {self._step} is not finite: lower the learning rate")
            self._optimizer.step()
            self._optimizer.zero_grad(set_to_none=True)
            self._average.update_parameters(self._network)
            observe(self._step, numbers | {"seconds": time.monotonic() - started})
            self._step += 1
            if self._step % self._run.checkpoint_every == 0 or self._step == self._num_steps:
                self._save()
        self._network.eval()
        weights: dict[str, Tensor] = self._average.module.state_dict()
        return weights

    def _save(self) -> None:
        state: dict[str, Any] = {
            "step": self._step,
            "network": self._network.state_dict(),
            "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "random": torch.get_rng_state(),
        }
        with write_aside(self._path) as aside, aside.open("wb") as file:
            torch.save(state, file)

    def _load(self) -> None:
        state = torch.load(self._path, map_location="cpu", weights_only=True)
        self._network.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        self._step = int(state["step"])


def _meshes(
    run: MotionRun, tracks: Sequence[CachedTrack], folder: Path, landmarker: Landmarker | None
) -> list[MeshTrack]:
    """The mesh's points of every track, from the folder where they are there."""
    folder.mkdir(exist_ok=True)
    found = []
    for track in tracks:
        path = folder / f"{track.path.stem}-{track.track_id}.safetensors"
        if not path.exists():
            landmarker = landmarker or FaceMeshLandmarker()
            points = find_mesh(track, landmarker, run.frames_per_track)
            write_file(path, save_arrays({"points": points}))
        found.append(MeshTrack(track, load_arrays(path)["points"]))
    return found


@torch.inference_mode()
def _landmarks(run: MotionRun, track: CachedTrack, member: MotionMember) -> PointTrack:
    """What the landmark network and optical flow find on the first frames of a track that a window would take."""
    window, spec = run.clip_spec.window, run.clip_spec
    assert window is not None
    stride = window_stride(track.frame_rate())
    images, _ = track.read(range(0, min(run.frames_per_track * stride, len(track.found)), stride))
    crops = window_crops(images, window)
    points = member.find(preprocess(torch.from_numpy(crops)[:, None], spec.mean, spec.std)[:, 0]).numpy()
    size = window.image_size
    places = points * size + (size - 1) / 2
    moved = [point_flow(*pair, start) for pair, start in zip(itertools.pairwise(crops), places[:-1], strict=True)]
    return PointTrack(track, points, np.stack([np.zeros_like(points[0]), *moved]) / size)


def _pool(track: CachedTrack) -> int:
    if track.forgery is None:
        return 0
    return 1 if track.forgery.pair_of else 2


def _steps_done(run: MotionRun, folder: Path) -> int:
    """How many steps the folder's checkpoints hold."""
    names = ["landmarks.pt", *(f"motion-{number}.pt" for number in range(1, run.motion_networks + 1))]
    found = [folder / name for name in names if (folder / name).exists()]
    return sum(int(torch.load(path, map_location="cpu", weights_only=True)["step"]) for path in found)


def _teller(log: MetricsLog, observe: Observer | None) -> Observer:
    def tell(step: int, kind: str, numbers: dict[str, float]) -> None:
        log.write(step, kind, numbers)
        if observe:
            observe(step, kind, numbers)

    return tell


def _open_record(run: MotionRun, folder: Path, resume: bool) -> None:
    """Writes `run.json`; refuses a folder of another run, or one that would be overwritten."""
    path, wanted = folder / RECORD_NAME, json.loads(json.dumps(run.to_json()))
    if not resume:
        if path.exists():
            raise ConfigError(f"{folder} holds a run already: go on with --resume, or choose another folder")
        write_file(path, json.dumps(wanted, indent=1) + "\n")
    elif not path.exists() or json.loads(path.read_text(encoding="utf-8")) != wanted:
        raise ConfigError(f"{folder} contains no run of this recipe: resume it with the recipe of its {RECORD_NAME}")
