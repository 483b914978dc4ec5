"""`benchmarks/runtime_gate.py`: equal answers pass, answers that differ are refused in a sentence."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from benchmarks.runtime_gate import Judged, compare, main

from fakestormer.types import Decision


def test_another_runtime_with_the_same_answers_passes_and_keeps_its_clips(tmp_path, good, weights, capsys):
    pytest.importorskip("openvino")
    manifest, clips = tmp_path / "manifest.csv", tmp_path / "clips"
    manifest.write_text(f"file,label,group\n{good},real,a\n", "utf-8")
    asked = [str(manifest), "--clips", str(clips), "--weights", str(weights)]
    assert main(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["num_videos"] == 1
    assert told["num_clips"] > 0
    assert 0 <= told["largest_drift"] < 1e-4
    assert told["equal_decisions"] == 1
    assert len(list(clips.iterdir())) == 1


def test_other_decisions_and_other_maps_are_refused(good, detector):
    verdict = detector.detect(good)
    other = next(one for one in Decision if one is not verdict.decision)
    (face, *_) = verdict.faces
    turned = tuple(
        replace(clip, evidence=replace(clip.evidence, temporal_vulnerability=-clip.evidence.temporal_vulnerability))
        for clip in face.clips
    )
    changed = replace(verdict, decision=other, faces=(replace(face, clips=turned), *verdict.faces[1:]))
    assert compare([Judged("a", True, verdict, verdict)]).failures == ()
    failures = compare([Judged("a", True, verdict, changed)]).failures
    assert [failure.split()[0] for failure in failures] == ["maps", "0.0%"]
