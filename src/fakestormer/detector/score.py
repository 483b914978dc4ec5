"""Clips -> evidence: the only place where a network meets a crop outside training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from fakestormer.detector.config import DetectorConfig
from fakestormer.faces import measure_blur
from fakestormer.model import (
    LoadedWeights,
    ModelOutput,
    PublishedFakeSTormer,
    attribute,
    preprocess,
    refuse_emulated_bfloat16,
)
from fakestormer.types import ClipEvidence, ConfigError, FaceClip


@dataclass(frozen=True, slots=True)
class ScoredClip:
    """The evidence of one clip, and what of its logit the temporal tokens say beside a direct vote (None without)."""

    evidence: ClipEvidence
    token_logit: float | None


class ClipScorer:
    """Scores clips in batches on one device; a clip's numbers do not depend on its company."""

    def __init__(self, weights: LoadedWeights, config: DetectorConfig) -> None:
        self.device = choose_device(config.device)
        refuse_emulated_bfloat16(config.precision, self.device)
        self._weights = weights
        self._config = config
        self._model = weights.model.to(self.device).eval()
        # The authors' weights are run exactly as they were tested: their map is put back in order, nothing is mirrored.
        self._published = self._model if isinstance(self._model, PublishedFakeSTormer) else None

    def score(self, clips: Iterable[FaceClip]) -> Iterator[ScoredClip]:
        """The evidence of every clip, in order."""
        stream = iter(clips)
        while batch := tuple(islice(stream, self._config.batch_size)):
            yield from self._score_batch(batch)

    def attribute(self, clip: FaceClip) -> Float[ndarray, "frames rows columns"]:
        """How much of one clip's logit hangs on every patch, in either direction; see `model.attribute`.

        In float32, whatever the precision of scoring; with `flip` the mean of both ways round, as the logit is.
        """
        spec = self._weights.clip_spec
        images = torch.from_numpy(clip.images[None]).to(self.device)
        found = attribute(self._model, preprocess(images, spec.mean, spec.std))
        if self._config.flip and self._published is None:
            mirrored = attribute(self._model, preprocess(images.flip(3), spec.mean, spec.std))
            found = (found + mirrored.flip(3)) / 2
        values: Float[ndarray, "frames rows columns"] = found[0].cpu().numpy().astype(float)
        return values

    @torch.inference_mode()
    def _score_batch(self, clips: tuple[FaceClip, ...]) -> list[ScoredClip]:
        images = torch.from_numpy(np.stack([clip.images for clip in clips])).to(self.device)
        output = self._forward(images)
        if self._config.flip and self._published is None:
            mirrored = self._forward(images.flip(3))
            output = _mean_of_both_ways(output, mirrored)
        logits = output.logits.cpu().numpy().astype(float)
        spatial = output.spatial_logits.sigmoid().cpu().numpy().astype(float)
        maps = output.temporal_map if self._published is None else self._published.unscrambled(output.temporal_map)
        temporal = maps.cpu().numpy().astype(float)
        tokens = None if output.token_logits is None else output.token_logits.cpu().numpy().astype(float)
        evidence = [
            ClipEvidence(
                track_id=clip.track_id,
                span=clip.span,
                logit=float(logits[k]),
                spatial_vulnerability=spatial[k],
                temporal_vulnerability=temporal[k],
                to_frame=clip.to_frame,
                crop_size=clip.images.shape[1],
                blur=measure_blur(clip.images),
            )
            for k, clip in enumerate(clips)
        ]
        return [
            ScoredClip(self._levelled(one), None if tokens is None else float(tokens[k]))
            for k, one in enumerate(evidence)
        ]

    def _levelled(self, one: ClipEvidence) -> ClipEvidence:
        """The evidence with what genuine faces of its size score on average taken off, where the weights know it."""
        level = self._weights.size_level
        return one if level is None else replace(one, logit=one.logit - level.at(one.crop_scale))

    def _forward(self, images: torch.Tensor) -> ModelOutput:
        spec = self._weights.clip_spec
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._config.precision == "bfloat16"):
            output: ModelOutput = self._model(preprocess(images, spec.mean, spec.std))
        return output


def _mean_of_both_ways(output: ModelOutput, mirrored: ModelOutput) -> ModelOutput:
    tokens = None
    if output.token_logits is not None and mirrored.token_logits is not None:
        tokens = (output.token_logits + mirrored.token_logits) / 2
    return ModelOutput(
        logits=(output.logits + mirrored.logits) / 2,
        spatial_logits=(output.spatial_logits + mirrored.spatial_logits) / 2,
        temporal_map=(output.temporal_map + mirrored.temporal_map.flip(3)) / 2,
        token_logits=tokens,
    )


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" is the accelerator where there is one, else the CPU."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        first = str(error).splitlines()[0]
        raise ConfigError(f"device {name!r} cannot be used here ({first}): try auto or cpu") from error
    return device
