"""What the package tells Python's `logging` while it works."""

from __future__ import annotations

import logging

from fakestormer.video import write_video


def test_the_detector_logs_its_steps_and_on_request_its_clips(caplog, tmp_path, film, detector):
    path = tmp_path / "film.mp4"
    write_video(path, film, 25.0)
    with caplog.at_level(logging.DEBUG, "fakestormer"):
        verdict = detector.detect(path)
    said = [(one.levelname, one.getMessage()) for one in caplog.records]
    assert any(words.startswith(f"{path}: {film.shape[2]} x {film.shape[1]}") for _, words in said)
    assert ("INFO", f"{path}: faces followed: 1, set aside: 0") in said
    assert ("INFO", f"{path}: {verdict.decision.name}") in said
    assert sum(level == "DEBUG" for level, _ in said) == len(verdict.faces[0].clips)
