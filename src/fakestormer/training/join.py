"""The members of the default model, trained apart, as one weights file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor

from fakestormer.model import FakeSTormer, LiteFakeSTormer, LoadedWeights, load_weights, save_weights
from fakestormer.training.frames import read_image_network
from fakestormer.training.motion import MEMBER_NAME, NOTE_KEY
from fakestormer.types import WeightsError, WindowSpec


def join_members(
    clip_weights: Path,
    image_network: Path,
    out: Path,
    motion_member: Path | None = None,
    averaged_with: Sequence[Path] = (),
) -> None:
    """Writes the weights of a clip network, an image network and, where given, a motion member as one file.

    The result is not calibrated.

    Args:
        clip_weights: a `last.safetensors` of a run on clips, or weights that were joined before: their image network is
            replaced, their motion member kept unless another is given.
        image_network: an `image_network.safetensors` of a run on single frames, or weights joined from one.
        out: the file to write.
        motion_member: a `motion_member.safetensors` of a run on the motion of landmarks.
        averaged_with: further image networks, of runs that started from the same weights: the mean of all is taken
            (Wortsman et al. 2022).

    Raises:
        WeightsError: a file is missing, or not what is asked for.
    """
    loaded = load_weights(clip_weights)
    clip_network = loaded.model.fakestormer if isinstance(loaded.model, LiteFakeSTormer) else loaded.model
    if not isinstance(clip_network, FakeSTormer) or clip_network.config.stem != "efficientnet_lite0":
        raise WeightsError(
            f"{clip_weights} holds {loaded.name}, which no image network goes with: give weights of the recipe lite"
        )
    spec = loaded.clip_spec
    records = {"clip_network": loaded.training_record.get("clip_network", loaded.training_record)}
    tensors, records["image_network"] = read_image_network(image_network)
    for number, path in enumerate(averaged_with, start=2):
        other, record = read_image_network(path)
        if {name: one.shape for name, one in other.items()} != {name: one.shape for name, one in tensors.items()}:
            raise WeightsError(f"{path} holds another network than {image_network}: give results of runs of stage 1")
        # A running mean: exact for tensors of one kind, and no more than two networks are in memory.
        tensors = {name: one.float() + (other[name].float() - one.float()) / number for name, one in tensors.items()}
        records[f"image_network_{number}"] = record
    motion = _motion_of(loaded)
    if motion_member:
        motion, records["motion_member"], window = _read_motion_member(motion_member)
        spec = dataclasses.replace(spec, window=window)
    elif motion:
        records["motion_member"] = loaded.training_record["motion_member"]
    joined = LiteFakeSTormer(clip_network.config, with_motion=motion is not None)
    joined.fakestormer.load_state_dict(clip_network.state_dict())
    try:
        joined.image_network.load_state_dict(tensors)
    except RuntimeError:  # its text names every tensor
        raise WeightsError(f"{image_network} holds another network: give the result of a run of stage 1") from None
    if joined.motion_member is not None and motion is not None:
        try:
            joined.motion_member.load_state_dict(motion)
        except RuntimeError:
            raise WeightsError(f"{motion_member} holds another network: give a {MEMBER_NAME}") from None
    card = {"name": loaded.name, "status": "joined, not calibrated"}
    save_weights(out, joined, spec, card, None, records, half_precision=True)


def _motion_of(loaded: LoadedWeights) -> dict[str, Tensor] | None:
    member = loaded.model.motion_member if isinstance(loaded.model, LiteFakeSTormer) else None
    return None if member is None else dict(member.state_dict())


def _read_motion_member(path: Path) -> tuple[dict[str, Tensor], dict[str, Any], WindowSpec]:
    """Tensors, record and window of a motion member."""
    if not path.is_file():
        raise WeightsError(f"{path} not found: give the {MEMBER_NAME} of a run")
    try:
        with safe_open(path, framework="pt") as opened:
            record: dict[str, Any] = json.loads((opened.metadata() or {})[NOTE_KEY])
        return load_file(path), record, WindowSpec(**record["run"]["clip_spec"]["window"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{path} is not a motion member ({error}): give the {MEMBER_NAME} of a run") from error
