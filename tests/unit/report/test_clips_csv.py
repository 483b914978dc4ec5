from __future__ import annotations

import csv

import pytest

from fakestormer.report import write_clips


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_scored_clip_is_a_row(verdict, face, tmp_path, calibration):
    write_clips([verdict(face(), face((1.0,), track_id=3)), verdict()], tmp_path / "new" / "clips.csv")
    rows = rows_of(tmp_path / "new" / "clips.csv")
    assert [(row["file"], row["person"], float(row["logit"])) for row in rows] == [
        ("/videos/town hall.mp4", "0", 3.0),
        ("/videos/town hall.mp4", "0", -3.0),
        ("/videos/town hall.mp4", "0", 4.0),
        ("/videos/town hall.mp4", "3", 1.0),
    ]
    first = rows[0]
    assert float(first["probability"]) == calibration.probability(3.0)
    assert (first["start"], first["end"]) == ("0", "0.16")
    assert [float(first[name]) for name in ("left", "top", "right", "bottom")] == [40.0, 20.0, 72.0, 52.0]
    assert [float(first[f"spatial_{k}"]) for k in (1, 4)] == pytest.approx([0.1, 0.9])
    assert first["strongest_change"] == "2.5"


def test_without_a_clip_the_table_has_its_header(verdict, tmp_path):
    write_clips([verdict()], tmp_path / "clips.csv")
    assert (tmp_path / "clips.csv").read_text().startswith("file,person,start,end,logit,probability")


def test_a_name_that_a_spreadsheet_would_run_is_disarmed(verdict, face, tmp_path):
    write_clips([verdict(face(), path="=1+1.mp4")], tmp_path / "clips.csv")
    assert rows_of(tmp_path / "clips.csv")[0]["file"] == "./=1+1.mp4"
