from __future__ import annotations

import pytest

from fakestormer.detector import DetectorConfig
from fakestormer.faces import TrackingConfig
from fakestormer.types import ConfigError


def test_described_settings_are_read_back():
    tracking = TrackingConfig(min_face_size=30.0)
    config = DetectorConfig(clip_interval=0.5, min_clips=4, flip=True, evidence_frames=1, max_maps=7, tracking=tracking)
    described = config.described()
    assert DetectorConfig.from_described(described) == config
    assert ("tracking.min_face_size", "30.0") in described
    assert DetectorConfig.from_described(described, "cpu").device == "cpu"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (("sharpness", "1"), "'sharpness' is unknown"),
        (("tracking.sharpness", "1"), "unknown"),
        (("min_clips", "many"), "'many', which is no int"),
        (("flip", "yes"), "no bool"),
        (("precision", "float8"), "precision must be"),
        (("min_clips", "0"), "min_clips=0"),
        (("detection_size", "-5"), "detection_size=-5"),
        (("device", "cuda"), "unknown"),
        (("clip_interval", "nan"), "clip_interval=nan"),
    ],
)
def test_spoilt_settings_are_refused_with_one_sentence(setting, said):
    with pytest.raises(ConfigError, match=said):
        DetectorConfig.from_described((setting,))
