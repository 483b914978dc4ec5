"""A few validation clips as one picture: what the heads were to say, and what they said."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from numpy import ndarray

from fakestormer.data import Batch
from fakestormer.files import write_file
from fakestormer.model import FakeSTormer
from fakestormer.training.config import TrainRun
from fakestormer.training.step import output_of

TILE = 112
BAND = 16
MAX_PAIRS = 2
# Deviations of the temporal target, black to bright yellow: those of the contact sheet that `synthesize` draws.
LOWEST, HIGHEST = -1.0, 4.0


@torch.no_grad()
def write_validation_picture(path: Path, model: FakeSTormer, batch: Batch, run: TrainRun) -> None:
    """A PNG with the first pairs of the batch, the real twin above its pseudo-fake.

    Left the frames, then the wanted temporal map, then the predicted one, a tile a frame; cut patches are crossed out
    in the wanted one. Above each clip stand its label, its probability before calibration, and the spatial head's
    word on each frame beside what was wanted.
    """
    was_training = model.training
    model.eval()
    output = output_of(model, batch, run)
    model.train(was_training)
    num_pairs = len(batch.labels) // 2
    rows = []
    for number in [place for pair in range(min(MAX_PAIRS, num_pairs)) for place in (pair, num_pairs + pair)]:
        kept = batch.kept_patches[number].cpu().numpy()
        clip, wanted, found = (
            one[number].float().cpu().numpy() for one in (batch.clips, batch.temporal_targets, output.temporal_map)
        )
        everything = np.ones_like(kept)
        strips = (
            np.hstack([cv2.resize(frame.astype(np.uint8), (TILE, TILE)) for frame in clip]),
            np.hstack([_map_picture(grid, kept) for grid in wanted]),
            np.hstack([_map_picture(grid, everything) for grid in found]),
        )
        spatial = [one[number].float().cpu() for one in (output.spatial_logits.sigmoid(), batch.spatial_targets)]
        said = "  ".join(f"{found:.2f} ({wanted:.2f})" for found, wanted in zip(*map(list, spatial), strict=True))
        label = "pseudo-fake" if batch.labels[number] > 0 else "real twin"
        score = float(output.logits[number].float().sigmoid())
        texts = (f"{label}, fake with {score:.2f}", "temporal map wanted", "temporal map predicted")
        rows += [_caption(texts, strips[0].shape[1]), np.hstack(strips)]
        rows.append(_caption((f"spatial, predicted (wanted):  {said}",), 3 * strips[0].shape[1]))
    write_file(path, cv2.imencode(".png", np.vstack(rows)[..., ::-1])[1].tobytes())


def _caption(texts: tuple[str, ...], width: int) -> UInt8[ndarray, "_ _ 3"]:
    band = np.zeros((BAND, width * len(texts), 3), np.uint8)
    for column, text in enumerate(texts):
        place = (column * width + 4, BAND - 4)
        cv2.putText(band, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1, cv2.LINE_AA)
    return band


def _map_picture(
    grid: Float[ndarray, "rows columns"], kept: Bool[ndarray, "rows columns"]
) -> UInt8[ndarray, "size size 3"]:
    levels = np.clip(np.rint((grid - LOWEST) / (HIGHEST - LOWEST) * 255), 0, 255).astype(np.uint8)
    large = cv2.resize(levels, (TILE, TILE), interpolation=cv2.INTER_NEAREST)
    picture = cv2.cvtColor(cv2.applyColorMap(large, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    cell = TILE / kept.shape[0]
    for row, column in zip(*np.nonzero(~kept), strict=True):
        first, last = (int(column * cell), int(row * cell)), (int((column + 1) * cell) - 1, int((row + 1) * cell) - 1)
        cv2.line(picture, first, last, (255, 255, 255), 1)
    picture[:, -1] = 90  # frames apart from one another
    return picture
