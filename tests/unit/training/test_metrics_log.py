from __future__ import annotations

from pathlib import Path

from fakestormer.training.metrics_log import MetricsLog, read_rows


def test_rows_are_read_back_in_order(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "log", 0)
    log.write(0, "train", {"total": 1.5})
    log.write(0, "validation", {"auc": 0.75})
    assert read_rows(tmp_path / "log") == [
        {"step": 0, "kind": "train", "total": 1.5},
        {"step": 0, "kind": "validation", "auc": 0.75},
    ]


def test_a_resumed_run_drops_the_rows_it_will_write_again(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "log", 0)
    for step in range(5):
        log.write(step, "train", {"total": 1.0})
    MetricsLog(tmp_path / "log", 3)
    assert [row["step"] for row in read_rows(tmp_path / "log")] == [0, 1, 2]


def test_a_last_row_cut_short_by_a_kill_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text('{"step": 0, "kind": "train"}\n{"step": 1, "ki')
    assert [row["step"] for row in read_rows(path)] == [0]
