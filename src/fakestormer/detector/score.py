"""Clips -> evidence: the only place where a network meets a crop outside training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from fakestormer.detector.config import DetectorConfig
from fakestormer.detector.motion import MotionReader
from fakestormer.detector.openvino_graph import OpenVinoGraph
from fakestormer.detector.threads import usable_cores
from fakestormer.faces import measure_blur, measure_motion
from fakestormer.model import (
    LiteFakeSTormer,
    LiteOutput,
    LoadedWeights,
    ModelOutput,
    PublishedFakeSTormer,
    ScoringGraph,
    attribute,
    preprocess,
    refuse_emulated_bfloat16,
)
from fakestormer.types import ClipEvidence, ConfigError, FaceClip, ScoringRule


class ClipScorer:
    """Scores clips in batches on one device; a clip's numbers do not depend on the rest of its batch."""

    def __init__(self, weights: LoadedWeights, config: DetectorConfig, rule: ScoringRule) -> None:
        self.device = choose_device(config.device)
        refuse_emulated_bfloat16(config.precision, self.device)
        self._weights = weights
        self._config = config
        self._rule = rule
        self._model = weights.model.to(self.device).eval()
        # The authors' weights are run exactly as they were tested: nothing is mirrored.
        self._both_ways = config.flip and not isinstance(self._model, PublishedFakeSTormer)
        self._graph: ScoringGraph | OpenVinoGraph = ScoringGraph(self._model, weights.clip_spec)
        self.runtime = f"torch {torch.__version__}"
        if config.runtime == "openvino":
            if self.device.type != "cpu":
                raise ConfigError(f"runtime='openvino' runs on the CPU, not on {self.device}: add device='cpu'")
            threads = config.threads or usable_cores()
            self._graph = OpenVinoGraph(weights, config.precision, threads, config.kept_graphs)
            self.runtime = self._graph.name
        member = self._model.motion_member if isinstance(self._model, LiteFakeSTormer) else None
        self._motion = MotionReader(member, weights.clip_spec, self.device)

    def score(self, clips: Iterable[FaceClip]) -> Iterator[ClipEvidence]:
        """The evidence of every clip of one video, in order."""
        self._motion.forget()
        stream = iter(clips)
        while batch := tuple(islice(stream, self._config.batch_size)):
            yield from self._score_batch(batch)

    def attribute(self, clip: FaceClip) -> Float[ndarray, "frames rows columns"]:
        """How much of one clip's logit hangs on every patch, in either direction; see `model.attribute`.

        In float32, whatever the precision of scoring; with `flip` the mean of both ways round, as the logit is.
        """
        spec, rule = self._weights.clip_spec, self._rule
        images = torch.from_numpy(clip.images[None]).to(self.device)
        ways = (images, images.flip(3)) if self._both_ways else (images,)
        found = [
            attribute(self._model, preprocess(way, spec.mean, spec.std), rule.clip_weight, rule.frame_weight)
            for way in ways
        ]
        mean = found[0] if len(found) == 1 else (found[0] + found[1].flip(3)) / 2
        values: Float[ndarray, "frames rows columns"] = mean[0].cpu().numpy().astype(float)
        return values

    @torch.inference_mode()
    def _score_batch(self, clips: tuple[FaceClip, ...]) -> list[ClipEvidence]:
        images = torch.from_numpy(np.stack([clip.images for clip in clips])).to(self.device)
        output = self._forward(images)
        if self._both_ways:
            output = _mean_of_both_ways(output, self._forward(images.flip(3)))
        heads = output.clip
        logits = heads.logits.cpu().numpy().astype(float)
        spatial = heads.spatial_logits.sigmoid().cpu().numpy().astype(float)
        temporal = heads.temporal_map.cpu().numpy().astype(float)
        frames = output.frame_logits.float().cpu().numpy().astype(float)
        motion = self._motion.read(clips)
        return [
            ClipEvidence(
                track_id=clip.track_id,
                span=clip.span,
                clip_logit=float(logits[k]),
                frame_logits=frames[k],
                spatial_vulnerability=spatial[k],
                temporal_vulnerability=temporal[k],
                to_frame=clip.to_frame,
                crop_size=clip.images.shape[1],
                blur=measure_blur(clip.images),
                motion=measure_motion(clip.images),
                motion_logit=motion[k],
            )
            for k, clip in enumerate(clips)
        ]

    def _forward(self, images: torch.Tensor) -> LiteOutput:
        """What the network says; one without an image network says nothing of single frames."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._config.precision == "bfloat16"):
            logits, spatial, temporal, *frames = self._graph(images)
        return LiteOutput(
            ModelOutput(logits, spatial, temporal), frames[0] if frames else logits.new_zeros((len(images), 0))
        )


def _mean_of_both_ways(output: LiteOutput, mirrored: LiteOutput) -> LiteOutput:
    here, there = output.clip, mirrored.clip
    clip = ModelOutput(
        logits=(here.logits + there.logits) / 2,
        spatial_logits=(here.spatial_logits + there.spatial_logits) / 2,
        temporal_map=(here.temporal_map + there.temporal_map.flip(3)) / 2,
    )
    return LiteOutput(clip, (output.frame_logits + mirrored.frame_logits) / 2)


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
