"""Weights on disk: a safetensors file that says itself what it is and how its crops are cut.

The file's metadata holds one JSON text under METADATA_KEY: format version, kind of model, its configuration, ClipSpec,
clip protocol, scoring rule, calibration, model card and training record. Nothing about a model is typed a second time.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from fakestormer.files import from_plain, write_file
from fakestormer.model.attribution import Network
from fakestormer.model.config import ModelConfig
from fakestormer.model.fakestormer import FakeSTormer
from fakestormer.model.lite import LiteFakeSTormer
from fakestormer.model.published import PublishedConfig, PublishedFakeSTormer
from fakestormer.types import (
    PLAIN_MEAN,
    Calibration,
    ClipSpec,
    ConfigError,
    DataError,
    ScoringRule,
    WeightsError,
)

LARGEST = 10_000  # of any number in a model's settings; a network of more would be built for ever
FORMAT_VERSION = 2
METADATA_KEY = "fakestormer"


@dataclass(frozen=True, slots=True)
class ClipProtocol:
    """Which frames of a video these weights are meant to see.

    "consecutive": clips of consecutive frames, as ClipSpec has them. "spread": `num_frames` frames spread evenly over
    the video and cut in clips in order (method, section 7), as the authors' weights were tested.
    """

    kind: Literal["consecutive", "spread"] = "consecutive"
    num_frames: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("consecutive", "spread") or (self.kind == "spread") != (self.num_frames is not None):
            raise ConfigError(
                f"a clip protocol is 'consecutive' without or 'spread' with num_frames, got {self.kind!r} with "
                f"num_frames={self.num_frames}"
            )


@dataclass(frozen=True, slots=True)
class LoadedWeights:
    """A model ready to score (eval mode, float32, CPU), and everything its file says about it."""

    model: Network
    clip_spec: ClipSpec
    protocol: ClipProtocol
    rule: ScoringRule
    calibration: Calibration | None
    card: dict[str, Any]
    training_record: dict[str, Any]
    name: str
    sha256: str
    networks_sha256: str


def save_weights(
    path: str | Path,
    model: Network,
    clip_spec: ClipSpec,
    card: Mapping[str, Any],
    calibration: Calibration | None,
    training_record: Mapping[str, Any],
    *,
    protocol: ClipProtocol | None = None,
    rule: ScoringRule | None = None,
    half_precision: bool = False,
) -> None:
    """Writes the file, at once or not at all.

    `card["name"]` becomes the model's name where given. `half_precision` stores matrices and kernels as float16 (norms
    and biases stay float32); they are loaded as float32 again. Card and record must be plain JSON values.
    """
    path = Path(path)
    note = {
        "format_version": FORMAT_VERSION,
        "kind": _kind(model),
        "name": str(card.get("name", f"fakestormer-{model.config.name}")),
        "model_config": dataclasses.asdict(model.config),
        "clip_spec": dataclasses.asdict(clip_spec),
        "protocol": dataclasses.asdict(protocol or ClipProtocol()),
        "rule": dataclasses.asdict(rule or default_rule(model)),
        "calibration": None if calibration is None else dataclasses.asdict(calibration),
        "card": dict(card),
        "training_record": dict(training_record),
    }
    tensors = {
        name: (_halved(tensor) if half_precision else tensor.detach()).cpu().contiguous()
        for name, tensor in model.state_dict().items()
    }
    _write(path, tensors, note)


def change_note(weights_in: str | Path, weights_out: str | Path, changes: Mapping[str, Any]) -> None:
    """Writes a copy of a weights file with entries of its note replaced; every tensor stays as it is.

    `weights_in` may be `weights_out`. Raises WeightsError where it is no usable weights file.
    """
    path = Path(weights_in)
    note, tensors = _read_safetensors(path, _read_bytes(path))
    _write(Path(weights_out), tensors, note | dict(changes))


def _write(path: Path, tensors: Mapping[str, Tensor], note: Mapping[str, Any]) -> None:
    content = save(dict(tensors), {METADATA_KEY: json.dumps(note, sort_keys=True)})
    write_file(path, content)


def _halved(tensor: Tensor) -> Tensor:
    """The tensor as float16 where it is a matrix or kernel whose values fit, else unchanged."""
    half = tensor.detach().half()
    return half if tensor.ndim >= 2 and tensor.is_floating_point() and bool(half.isfinite().all()) else tensor.detach()


def load_weights(path: str | Path) -> LoadedWeights:
    """The model of a weights file, ready to score, with its ClipSpec, calibration, card and record.

    Raises WeightsError where the file is missing, unreadable, no safetensors file (a PyTorch pickle is told to be
    converted), without our metadata, of another format version, or where its tensors do not fit its configuration.
    """
    path = Path(path)
    content = _read_bytes(path)
    note, tensors = _read_safetensors(path, content)
    if note.get("format_version") != FORMAT_VERSION:
        raise WeightsError(
            f"{path} has weights format version {note.get('format_version')!r}, this fakestormer reads version "
            f"{FORMAT_VERSION}: use the fakestormer release that wrote it, or convert it again"
        )
    known = {field.name for field in dataclasses.fields(ModelConfig)}
    settings = note.get("model_config") if note.get("kind") in ("fakestormer", "lite") else None
    if isinstance(settings, dict) and (unknown := sorted({*settings} - known)):
        raise WeightsError(
            f"{path} was written by another version of fakestormer, with the setting {unknown[0]} that this one does "
            "not know: use that version, or train the weights anew"
        )
    if isinstance(settings, dict) and any(type(value) is int and abs(value) > LARGEST for value in settings.values()):
        raise WeightsError(
            f"{path} has damaged metadata (a setting of the model is beyond {LARGEST}): get the file again"
        )
    try:
        model = _build_model(note)
        calibration = note["calibration"]
        loaded = LoadedWeights(
            model=model,
            clip_spec=from_plain(ClipSpec, note["clip_spec"], "clip_spec"),
            protocol=from_plain(ClipProtocol, note["protocol"], "protocol"),
            rule=from_plain(ScoringRule, note["rule"], "rule"),
            calibration=None if calibration is None else from_plain(Calibration, calibration, "calibration"),
            card=dict(note["card"]),
            training_record=dict(note["training_record"]),
            name=str(note["name"]),
            sha256=hashlib.sha256(content).hexdigest(),
            networks_sha256=_hash_tensors(tensors),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, DataError) as error:
        raise WeightsError(f"{path} has damaged metadata ({error}): get the file again") from error
    _fill(model, tensors, path)
    model.eval()
    return loaded


def _read_bytes(path: Path) -> bytes:
    """The file's content, or one sentence why there is none."""
    if not path.exists():
        raise WeightsError(f"{path} does not exist: give the path of a .safetensors weights file")
    if path.is_dir():
        raise WeightsError(f"{path} is a folder: give the path of a .safetensors weights file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror}): check its permissions") from error
    if content.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04")):
        raise WeightsError(
            f"{path} is a PyTorch pickle, not a safetensors file: run `fakestormer convert {path} OUT.safetensors`"
        )
    return content


def _read_safetensors(path: Path, content: bytes) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Our note and all tensors."""
    try:
        with safe_open(path, framework="pt") as opened:
            metadata = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  (not a dict)
    except (SafetensorError, OSError) as error:
        raise WeightsError(
            f"{path} is not a safetensors file ({len(content)} bytes): give weights that `fakestormer train` or "
            "`fakestormer convert` wrote"
        ) from error
    try:
        note = json.loads(metadata[METADATA_KEY])
    except (KeyError, ValueError) as error:
        raise WeightsError(
            f"{path} is a safetensors file without fakestormer's metadata: give weights that `fakestormer train` or "
            "`fakestormer convert` wrote"
        ) from error
    return (note if isinstance(note, dict) else {}), tensors


def default_rule(model: Network) -> ScoringRule:
    """The rule of weights that were not calibrated yet: members with equal weights; as published, the plain mean."""
    if isinstance(model, PublishedFakeSTormer):
        return PLAIN_MEAN
    if not isinstance(model, LiteFakeSTormer):
        return ScoringRule()
    return ScoringRule(frame_weight=1.0, motion_weight=0.0 if model.motion_member is None else 1.0)


def _kind(model: Network) -> str:
    if isinstance(model, LiteFakeSTormer):
        return "lite"
    return "fakestormer" if isinstance(model, FakeSTormer) else "published"


def _build_model(note: Mapping[str, Any]) -> Network:
    """The network that the note describes, its weights still without meaning."""
    if note["kind"] == "fakestormer":
        return FakeSTormer(from_plain(ModelConfig, note["model_config"], "model_config"))
    if note["kind"] == "lite":
        with_motion = note["clip_spec"].get("window") is not None
        return LiteFakeSTormer(from_plain(ModelConfig, note["model_config"], "model_config"), with_motion)
    if note["kind"] == "published":
        return PublishedFakeSTormer(from_plain(PublishedConfig, note["model_config"], "model_config"))
    raise ValueError(f"kind of model {note['kind']!r}")


def _hash_tensors(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over names, shapes and bytes of all tensors as they lie in the file."""
    whole = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        whole.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        whole.update(tensor.view(torch.uint8).numpy().data if tensor.ndim else tensor.numpy().tobytes())
    return whole.hexdigest()


def _fill(model: torch.nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Puts the tensors in, all of them, or says which do not fit."""
    wanted = model.state_dict()
    missing = sorted(set(wanted) - set(tensors))
    unknown = sorted(set(tensors) - set(wanted))
    misshapen = sorted(name for name in set(wanted) & set(tensors) if wanted[name].shape != tensors[name].shape)
    for problem, names in (("lacks", missing), ("has the unknown", unknown), ("has the misshapen", misshapen)):
        if names:
            raise WeightsError(
                f"{path} {problem} tensor {names[0]} and {len(names) - 1} more of that kind: the file is "
                "damaged or of another version of fakestormer: get it again, or train the weights anew"
            )
    model.load_state_dict({name: tensor.to(wanted[name].dtype) for name, tensor in tensors.items()})
