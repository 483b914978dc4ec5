"""Stage 1: the image network on single frames, one resumable run from cache to weights.

The run folder holds `run.json`, `metrics.jsonl` (every kind's loss apart), `checkpoint.pt` and, at the end of each
validation, `image_network.safetensors`: the averaged weights as they are now.
"""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from fakestormer.data import CachedTrack, FramePairSet, is_held_out, read_cache
from fakestormer.files import write_aside, write_file
from fakestormer.model import preprocess, refuse_emulated_bfloat16
from fakestormer.model.lite import ImageNetwork
from fakestormer.model.warm_start import warm_start_image_network
from fakestormer.training.frame_batches import FrameBatch, frame_batches, validation_pairs
from fakestormer.training.frame_run import FrameOptimisation, FrameRun
from fakestormer.training.memory import keep_freed_memory
from fakestormer.training.metrics_log import MetricsLog
from fakestormer.training.start import efficientnet_file
from fakestormer.types import ConfigError, DataError, WeightsError
from fakestormer.video.recode import recode_images

Observer = Callable[[int, str, dict[str, float]], None]
NOTE_KEY = "fakestormer"
JOINED = "image_network."  # before the names of its tensors in joined weights
CHECKPOINT_NAME, WEIGHTS_NAME, RECORD_NAME = "checkpoint.pt", "image_network.safetensors", "run.json"


def train_frames(
    run: FrameRun,
    caches: Sequence[Path],
    folder: Path,
    *,
    resume: bool = False,
    observe: Observer | None = None,
    num_workers: int = 0,
    start_from: Path | None = None,
) -> Path:
    """The path of the finished run's averaged weights; a killed run goes on from its checkpoint, to the bit.

    Args:
        run: the recipe.
        caches: track caches, genuine, forged and reconstructed ones; people held out are left out of training.
        folder: of the run.
        resume: go on from the folder's checkpoint.
        observe: hears (step, "train" or "validation", numbers).
        num_workers: processes that make the pairs; with 0 they are made in this one.
        start_from: the image network of an earlier run, or of joined weights, to start from in place of
            EfficientNet-Lite0's.

    Raises:
        ConfigError: the folder holds another run, or none to resume.
        DataError: the caches do not hold what the mix asks for.
    """
    keep_freed_memory()
    refuse_emulated_bfloat16(run.precision, torch.device("cpu"))
    folder.mkdir(parents=True, exist_ok=True)
    _open_record(run, folder, resume)
    tracks = [track for cache in caches for track in read_cache(cache)]
    trainer = FrameTrainer(run, tracks, folder, observe, start_from)
    if resume and (folder / CHECKPOINT_NAME).exists():  # a run killed before its first checkpoint begins anew
        trainer.load()
    return trainer.run_to_end(num_workers)


class FrameTrainer:
    """The state of a run: network, average, optimiser, step."""

    def __init__(
        self,
        run: FrameRun,
        tracks: Sequence[CachedTrack],
        folder: Path,
        observe: Observer | None = None,
        start_from: Path | None = None,
    ) -> None:
        self.run, self.folder, self.observe = run, folder, observe
        torch.manual_seed(run.seed)
        self.model = ImageNetwork()
        if start_from:
            self.model.load_state_dict(
                {name: tensor.float() for name, tensor in read_image_network(start_from)[0].items()}
            )
        else:
            warm_start_image_network(self.model, efficientnet_file())
        decay = run.optimisation.average_decay
        self.average = AveragedModel(self.model, multi_avg_fn=get_ema_multi_avg_fn(decay))  # type: ignore[no-untyped-call]
        self.optimizer = make_optimizer(self.model, run.optimisation)
        self.step = 0
        training = [track for track in tracks if not is_held_out(track.identity, run.held_out)]
        settings = run.optimisation
        self.pairs = FramePairSet(
            training, run.mix, run.seed, settings.num_steps * settings.pairs_per_step, recode_images
        )
        self.validation = validation_pairs(
            run, [track for track in tracks if is_held_out(track.identity, run.held_out)]
        )

    def load(self) -> None:
        """Everything as it was at the checkpoint."""
        state = torch.load(self.folder / CHECKPOINT_NAME, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        self.step = int(state["step"])

    def save(self) -> None:
        """The checkpoint, whole or not at all."""
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": torch.get_rng_state(),
        }
        _save(state, self.folder / CHECKPOINT_NAME)

    def run_to_end(self, num_workers: int) -> Path:
        """The averaged weights behind the last step."""
        settings = self.run.optimisation
        log = MetricsLog(self.folder / "metrics.jsonl", self.step or None)
        started = time.monotonic()
        for batch in frame_batches(self.pairs, settings, self.step, num_workers):
            numbers = self.train_step(batch)
            numbers["seconds"], started = time.monotonic() - started, time.monotonic()
            self._tell(log, "train", numbers)
            self.step += 1
            finished = self.step == settings.num_steps
            if self.step % self.run.validate_every == 0 or finished:
                self._tell(log, "validation", self.validate(), self.step - 1)
                self._write_weights()
            if self.step % self.run.checkpoint_every == 0 or finished:
                self.save()
        return self.folder / WEIGHTS_NAME

    def _write_weights(self) -> None:
        tensors = {name: tensor.contiguous() for name, tensor in self.average.module.state_dict().items()}
        note = {"run": self.run.to_json(), "steps_done": self.step}
        write_file(self.folder / WEIGHTS_NAME, save(tensors, {NOTE_KEY: json.dumps(note)}))

    def train_step(self, batch: FrameBatch) -> dict[str, float]:
        """One step; the loss of all pairs and of every kind."""
        set_rates(self.optimizer, self.run.optimisation, self.step)
        self.model.train()
        losses = self._losses(self.model, batch)
        losses.mean().backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.run.optimisation.gradient_clip)
        if not math.isfinite(float(norm)):
            raise DataError(f"the gradient of step {self.step} is not finite: lower peak_rate")
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.update_parameters(self.model)
        by_kind = defaultdict[str, list[float]](list)
        for kind, loss in zip(batch.kinds, losses.detach().mean(0).tolist(), strict=True):
            by_kind[kind].append(loss)
        return {"total": float(losses.detach().mean())} | {k: float(np.mean(v)) for k, v in sorted(by_kind.items())}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """AUC of the averaged network on pairs of people it never saw, for every kind."""
        network = self.average.module.eval()
        logits, kinds = list[Tensor](), list[str]()
        for batch in self.validation:
            logits.append(self._forward(network, batch).view(2, -1))
            kinds += batch.kinds
        joined = torch.cat(logits, dim=1).numpy()
        numbers = dict[str, float]()
        for kind in sorted(set(kinds)):
            of_kind = joined[:, np.array(kinds) == kind]
            labels = np.repeat([0, 1], of_kind.shape[1])
            numbers[f"auc_{kind}"] = float(roc_auc_score(labels, of_kind.ravel()))
        return numbers

    def _losses(self, network: torch.nn.Module, batch: FrameBatch) -> Float[Tensor, "2 pairs"]:
        logits = self._forward(network, batch)
        labels = torch.arange(2).repeat_interleave(len(batch.kinds)).float()
        return functional.binary_cross_entropy_with_logits(logits, labels, reduction="none").view(2, -1)

    def _forward(self, network: torch.nn.Module, batch: FrameBatch) -> Float[Tensor, " S"]:
        spec = self.run.clip_spec
        pictures = preprocess(batch.pictures[:, None], spec.mean, spec.std)[:, 0]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.run.precision == "bfloat16"):
            logits: Tensor = network(pictures)
        return logits

    def _tell(self, log: MetricsLog, kind: str, numbers: dict[str, float], step: int | None = None) -> None:
        at = self.step if step is None else step
        log.write(at, kind, numbers)
        if self.observe:
            self.observe(at, kind, numbers)


def read_image_network(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of an image network, and the record of its run: a result of stage 1, or weights joined from one.

    Raises:
        WeightsError: missing, or no such file.
    """
    if not path.is_file():
        raise WeightsError(f"{path} not found: give the {WEIGHTS_NAME} of a run of stage 1")
    try:
        with safe_open(path, framework="pt") as opened:
            record: dict[str, Any] = json.loads((opened.metadata() or {})[NOTE_KEY])
        tensors = load_file(path)
        joined = {n.removeprefix(JOINED): t for n, t in tensors.items() if n.startswith(JOINED)}
        if joined:
            return joined, record["training_record"]["image_network"]
        return tensors, record
    except (SafetensorError, KeyError, ValueError) as error:
        raise WeightsError(f"{path} is not a result of stage 1 ({error}): give the {WEIGHTS_NAME} of a run") from error


def make_optimizer(model: ImageNetwork, settings: FrameOptimisation) -> torch.optim.AdamW:
    """AdamW in two groups: the network, and its last layer; each group knows its peak rate."""
    head = set(model.head.parameters())
    rest = [weight for weight in model.parameters() if weight not in head]
    return torch.optim.AdamW(
        [{"params": rest, "peak": settings.peak_rate}, {"params": list(head), "peak": settings.head_rate}],
        lr=settings.peak_rate,
        weight_decay=settings.weight_decay,
    )


def set_rates(optimizer: torch.optim.Optimizer, settings: FrameOptimisation, step: int) -> None:
    """The learning rates of a step: linear up, then a cosine to zero."""
    warm = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    share = max(0, step - settings.warmup_steps) / max(1, settings.num_steps - settings.warmup_steps)
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * warm * (1 + math.cos(math.pi * share)) / 2


def _open_record(run: FrameRun, folder: Path, resume: bool) -> None:
    """Writes `run.json`; refuses a folder of another run, or one that would be overwritten."""
    path = folder / RECORD_NAME
    wanted = json.loads(json.dumps(run.to_json()))
    if not resume:
        if path.exists():
            raise ConfigError(f"{folder} holds a run already: go on with --resume, or choose another folder")
        write_file(path, json.dumps(wanted, indent=1) + "\n")
        return
    if not path.exists():
        raise ConfigError(f"{folder} contains no run: start it without --resume")
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    changed = sorted(name for name in wanted if held.get(name) != wanted[name])
    if changed:
        raise ConfigError(
            f"{folder} was begun with another {changed[0]}: resume it with the recipe of its {RECORD_NAME}"
        )


def _save(state: Any, path: Path) -> None:
    with write_aside(path) as aside, aside.open("wb") as file:
        torch.save(state, file)
