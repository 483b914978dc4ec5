"""The two members of the default model, trained apart, as one weights file."""

from __future__ import annotations

from pathlib import Path

from fakestormer.model import FakeSTormer, LiteFakeSTormer, load_weights, save_weights
from fakestormer.training.frames import read_image_network
from fakestormer.types import WeightsError


def join_members(clip_weights: Path, image_network: Path, out: Path) -> None:
    """Writes the weights of a clip network and an image network as one file, not calibrated.

    Args:
        clip_weights: a `last.safetensors` of a run on clips, or weights that were joined before, whose image network is
            then replaced.
        image_network: an `image_network.safetensors` of a run on single frames.
        out: the file to write.

    Raises:
        WeightsError: a file is missing, or not what is asked for.
    """
    loaded = load_weights(clip_weights)
    clip_network = loaded.model.fakestormer if isinstance(loaded.model, LiteFakeSTormer) else loaded.model
    if not isinstance(clip_network, FakeSTormer) or clip_network.config.stem != "efficientnet_lite0":
        raise WeightsError(
            f"{clip_weights} holds {loaded.name}, which no image network goes with: give weights of the recipe lite"
        )
    joined = LiteFakeSTormer(clip_network.config)
    joined.fakestormer.load_state_dict(clip_network.state_dict())
    tensors, record = read_image_network(image_network)
    try:
        joined.image_network.load_state_dict(tensors)
    except RuntimeError:  # its text names every tensor
        raise WeightsError(f"{image_network} holds another network: give the result of a run of stage 1") from None
    card = {"name": loaded.name, "status": "joined, not calibrated"}
    own = loaded.training_record.get("clip_network", loaded.training_record)
    records = {"clip_network": own, "image_network": record}
    save_weights(out, joined, loaded.clip_spec, card, None, records, half_precision=True)
