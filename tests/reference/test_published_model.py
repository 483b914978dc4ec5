"""Published checkpoints against a slow forward, written clip by clip and token by token from their description."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from fakestormer.model import PublishedFakeSTormer, convert_published, load_weights
from fakestormer.types import WeightsError

WIDTH, DEPTH, HEADS, FRAMES, PATCH, GRID = 8, 2, 2, 3, 6, 3
PATCHES = GRID * GRID
FIXTURE = Path(__file__).parents[3] / "shared" / "fixtures" / "published_forward.npz"


def published_state_dict() -> dict[str, Tensor]:
    """A small random checkpoint with the authors' tensor names."""
    torch.manual_seed(11)
    shapes: dict[str, tuple[int, ...]] = {
        "backbone.cls_token": (1, 1, WIDTH),
        "backbone.temp_token": (1, 1, WIDTH),
        "backbone.pos_embed": (1, PATCHES + 1, WIDTH),
        "backbone.time_embed": (1, FRAMES + 1, WIDTH),
        "backbone.patch_embed.proj.weight": (WIDTH, 3, PATCH, PATCH),
        "backbone.patch_embed.proj.bias": (WIDTH,),
        "keypoint_head.hm.before_proj.0.0.weight": (WIDTH, WIDTH, 3, 1, 1),
        "keypoint_head.hm.before_proj.0.0.bias": (WIDTH,),
        "keypoint_head.hm.proj.0.0.weight": (WIDTH // 4, WIDTH, 3, 1, 1),
        "keypoint_head.hm.proj.0.0.bias": (WIDTH // 4,),
        "keypoint_head.hm.proj.1.weight": (1, WIDTH // 4, 3, 1, 1),
        "keypoint_head.hm.proj.1.bias": (1,),
        "keypoint_head.cls.fc_out.weight": (1, WIDTH),
        "keypoint_head.cls.fc_out.bias": (1,),
        "keypoint_head.temp_loc.fc1.0.weight": (WIDTH // 4, WIDTH),
        "keypoint_head.temp_loc.fc1.0.bias": (WIDTH // 4,),
        "keypoint_head.temp_loc.fc_out.weight": (FRAMES, FRAMES * WIDTH // 4),
        "keypoint_head.temp_loc.fc_out.bias": (FRAMES,),
    }
    linears = {"attn.qkv": (3 * WIDTH, WIDTH), "mlp.fc1": (2 * WIDTH, WIDTH), "mlp.fc2": (WIDTH, 2 * WIDTH)}
    linears |= {"temporal_attn.qkv": (3 * WIDTH, WIDTH)}
    linears |= dict.fromkeys(("attn.proj", "temporal_attn.proj", "temporal_fc"), (WIDTH, WIDTH))
    norms = [f"backbone.{name}" for name in ("norm", "norm_s_cls", "norm_t_cls")]
    for index in range(DEPTH):
        for layer, shape in linears.items():
            shapes[f"backbone.blocks.{index}.{layer}.weight"] = shape
            shapes[f"backbone.blocks.{index}.{layer}.bias"] = shape[:1]
        norms += [f"backbone.blocks.{index}.{name}" for name in ("norm1", "temporal_norm1", "norm2")]
    for norm in norms:
        shapes |= {f"{norm}.weight": (WIDTH,), f"{norm}.bias": (WIDTH,)}
    tensors = {name: torch.randn(shape) * 0.4 for name, shape in shapes.items()}
    for norm, channels in (("before_proj.0.1", WIDTH), ("proj.0.1", WIDTH // 4)):
        for part in ("weight", "bias", "running_mean", "running_var"):
            tensors[f"keypoint_head.hm.{norm}.{part}"] = torch.rand(channels) + 0.5
        tensors[f"keypoint_head.hm.{norm}.num_batches_tracked"] = torch.tensor(7)
    return tensors


def linear(sd: dict[str, Tensor], name: str, vector: Tensor) -> Tensor:
    return sd[f"{name}.weight"] @ vector + sd[f"{name}.bias"]


def norm(sd: dict[str, Tensor], name: str, vector: Tensor) -> Tensor:
    centred = vector - vector.mean()
    return centred / torch.sqrt((centred**2).mean() + 1e-6) * sd[f"{name}.weight"] + sd[f"{name}.bias"]


def gelu(vector: Tensor) -> Tensor:
    return 0.5 * vector * (1 + torch.erf(vector / math.sqrt(2)))


def attention(sd: dict[str, Tensor], name: str, sequence: list[Tensor]) -> list[Tensor]:
    stacked = [linear(sd, f"{name}.qkv", vector).view(3, HEADS, WIDTH // HEADS) for vector in sequence]
    results = []
    for mine in stacked:
        heads = []
        for head in range(HEADS):
            scores = torch.stack([mine[0, head] @ other[1, head] for other in stacked]) / math.sqrt(WIDTH // HEADS)
            weights = torch.exp(scores) / torch.exp(scores).sum()
            heads.append(sum(weight * other[2, head] for weight, other in zip(weights, stacked, strict=True)))
        results.append(linear(sd, f"{name}.proj", torch.cat([torch.as_tensor(head) for head in heads])))
    return results


def mlp(sd: dict[str, Tensor], block: str, vector: Tensor) -> Tensor:
    return vector + linear(
        sd, f"{block}.mlp.fc2", gelu(linear(sd, f"{block}.mlp.fc1", norm(sd, f"{block}.norm2", vector)))
    )


def slow_block(
    sd: dict[str, Tensor], block: str, x: dict[tuple[int, int], Tensor], c: Tensor, tau: Tensor
) -> tuple[dict[tuple[int, int], Tensor], Tensor, Tensor, list[Tensor]]:
    moved, m = dict(x), torch.zeros(WIDTH)
    for n in range(PATCHES):
        sequence = [norm(sd, f"{block}.temporal_norm1", token) for token in [*(x[n, t] for t in range(FRAMES)), tau]]
        r = [linear(sd, f"{block}.temporal_fc", got) for got in attention(sd, f"{block}.temporal_attn", sequence)]
        for t in range(FRAMES):
            moved[n, t] = x[n, t] + r[t]
        m = m + r[FRAMES] / PATCHES
    x, g = dict(moved), []
    for t in range(FRAMES):
        sequence = [norm(sd, f"{block}.norm1", token) for token in [c, *(x[n, t] for n in range(PATCHES))]]
        r = attention(sd, f"{block}.attn", sequence)
        g.append(r[0])
        for n in range(PATCHES):
            moved[n, t] = x[n, t] + r[1 + n]
    c, tau = c + torch.stack(g).mean(0), tau + m
    return {place: mlp(sd, block, token) for place, token in moved.items()}, mlp(sd, block, c), mlp(sd, block, tau), g


def slow_temporal_map(sd: dict[str, Tensor], x: dict[tuple[int, int], Tensor]) -> Tensor:
    """Tokens (n major, t minor) read as (t major, n minor), then the three convolutions along t."""
    listed = [norm(sd, "backbone.norm", x[n, t]) for n in range(PATCHES) for t in range(FRAMES)]
    volume = [[listed[t * PATCHES + n] for n in range(PATCHES)] for t in range(FRAMES)]
    for name in ("before_proj.0", "proj.0", "proj"):
        conv = f"keypoint_head.hm.{name}.{'1' if name == 'proj' else '0'}"
        kernel, bias = sd[f"{conv}.weight"][..., 0, 0], sd[f"{conv}.bias"]
        out = []
        for t in range(FRAMES):
            row = []
            for n in range(PATCHES):
                value = bias.clone()
                for offset in range(3):
                    if 0 <= t + offset - 1 < FRAMES:
                        value = value + kernel[:, :, offset] @ volume[t + offset - 1][n]
                if name != "proj":
                    bn = {part: sd[f"keypoint_head.hm.{name}.1.{part}"] for part in ("weight", "bias")}
                    mean, var = (sd[f"keypoint_head.hm.{name}.1.running_{part}"] for part in ("mean", "var"))
                    value = gelu((value - mean) / torch.sqrt(var + 1e-5) * bn["weight"] + bn["bias"])
                row.append(value)
            out.append(row)
        volume = out
    return torch.stack([torch.cat(row) for row in volume]).view(FRAMES, GRID, GRID)


def slow_forward(sd: dict[str, Tensor], clip: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One clip (T, 3, H, W): logit, spatial logits, temporal map."""
    positions, times = sd["backbone.pos_embed"][0], sd["backbone.time_embed"][0]
    kernel = sd["backbone.patch_embed.proj.weight"].flatten(1)
    x = {}
    for n in range(PATCHES):
        row, column = divmod(n, GRID)
        window = (slice(row * PATCH, (row + 1) * PATCH), slice(column * PATCH, (column + 1) * PATCH))
        for t in range(FRAMES):
            embedded = kernel @ clip[t, :, window[0], window[1]].flatten() + sd["backbone.patch_embed.proj.bias"]
            x[n, t] = embedded + positions[1 + n] + times[t]
    c, tau, g = sd["backbone.cls_token"][0, 0] + positions[0], x[0, 0], []
    for index in range(DEPTH):
        x, c, tau, g = slow_block(sd, f"backbone.blocks.{index}", x, c, tau)
    logit = linear(sd, "keypoint_head.cls.fc_out", norm(sd, "backbone.norm", tau))
    hidden = [gelu(linear(sd, "keypoint_head.temp_loc.fc1.0", norm(sd, "backbone.norm_s_cls", u))) for u in g]
    return logit, linear(sd, "keypoint_head.temp_loc.fc_out", torch.cat(hidden)), slow_temporal_map(sd, x)


@pytest.fixture
def converted(tmp_path: Path) -> PublishedFakeSTormer:
    torch.save(
        {"epoch": 3, "state_dict": {f"module.{k}": v for k, v in published_state_dict().items()}}, tmp_path / "p"
    )
    convert_published(tmp_path / "p", tmp_path / "p.safetensors", num_heads=HEADS)
    model = load_weights(tmp_path / "p.safetensors").model
    assert isinstance(model, PublishedFakeSTormer)
    return model.requires_grad_(False)


def test_a_converted_checkpoint_gives_the_published_numbers_single_and_batched(converted: PublishedFakeSTormer) -> None:
    clips = torch.randn(2, FRAMES, 3, GRID * PATCH, GRID * PATCH)
    batched = converted(clips)
    for index, clip in enumerate(clips):
        logit, spatial, temporal = slow_forward(published_state_dict(), clip)
        single = converted(clips[index : index + 1])
        for output, place in ((single, 0), (batched, index)):
            torch.testing.assert_close(output.logits[place], logit[0], atol=1e-5, rtol=1e-5)
            torch.testing.assert_close(output.spatial_logits[place], spatial, atol=1e-5, rtol=1e-5)
            torch.testing.assert_close(output.temporal_map[place], temporal, atol=1e-5, rtol=1e-5)


def test_unscrambling_puts_every_value_where_it_was_computed_from(converted: PublishedFakeSTormer) -> None:
    scrambled = torch.arange(2.0 * FRAMES * PATCHES).view(2, FRAMES, GRID, GRID)
    straight = converted.unscrambled(scrambled)
    for place in range(FRAMES * PATCHES):
        frame, patch = place % FRAMES, place // FRAMES
        assert straight[1, frame, patch // GRID, patch % GRID] == scrambled[1].flatten()[place]


@pytest.mark.skipif(not FIXTURE.exists(), reason="the recorded published forward is not on this machine")
def test_the_recorded_published_forward_is_reproduced_to_1e_5(tmp_path: Path) -> None:
    recorded = np.load(FIXTURE)
    config = json.loads(str(recorded["config"]))
    state = {name[3:]: torch.from_numpy(recorded[name]) for name in recorded if name.startswith("sd/")}
    torch.save(state, tmp_path / "p.pth")
    report = convert_published(tmp_path / "p.pth", tmp_path / "p.safetensors", num_heads=config["heads"])
    assert (report.config.width, report.config.depth, report.config.num_frames) == (96, 3, 4)
    loaded = load_weights(tmp_path / "p.safetensors")
    assert (loaded.protocol.kind, loaded.protocol.num_frames) == ("spread", 32)
    clips = torch.from_numpy(recorded["input"]).transpose(1, 2)
    with torch.no_grad():
        outputs = [loaded.model(clips), *(loaded.model(clip[None]) for clip in clips)]
    for output, part in zip(outputs, (slice(None), slice(0, 1), slice(1, 2), slice(2, 3)), strict=True):
        np.testing.assert_allclose(output.logits, recorded["out_cls"][part, 0], atol=1e-5)
        np.testing.assert_allclose(output.spatial_logits, recorded["out_temp_loc"][part], atol=1e-5)
        np.testing.assert_allclose(output.temporal_map, recorded["out_hm"][part, 0], atol=1e-5)


def test_the_heads_are_asked_for_where_the_width_does_not_tell(tmp_path: Path) -> None:
    torch.save(published_state_dict(), tmp_path / "p")
    with pytest.raises(WeightsError, match="say how many heads"):
        convert_published(tmp_path / "p", tmp_path / "out")
