from __future__ import annotations

import pytest

from fakestormer.evaluation import ScoreRow, read_scores
from fakestormer.evaluation.scores import append_score, write_scores
from fakestormer.types import DataError

ROWS = (
    ScoreRow('odd "name", yes.mp4', "fake", "g", "fake", 1 - 1e-9, 20.7, 0.9, "", (("note", "a\u2028b\nc"),)),
    ScoreRow("b.mp4", "real", "", "error", None, None, None, "it is empty: get it again", (("note", ""),)),
)

HEADER = "file,label,group,decision,score,logit,probability,reason,crop_scale\n"


def test_rows_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "scores.csv"
    write_scores(path, ROWS[:1], ("note",))
    append_score(path, ROWS[1])
    assert read_scores(path) == ROWS


def test_cells_that_a_spreadsheet_would_run_are_disarmed_and_come_back(tmp_path):
    row = ScoreRow("=1+1.mp4", "fake", "@g", "fake", 0.1, -2.5, 0.2, "+1", (("note", "'-x"),))
    write_scores(tmp_path / "scores.csv", [row], ("note",))
    assert (tmp_path / "scores.csv").read_text().splitlines()[1].startswith("'=1+1.mp4,fake,'@g,fake,0.1,-2.5,0.2,'+1,")
    assert read_scores(tmp_path / "scores.csv") == (row,)


def test_names_with_control_characters_come_back_and_keep_to_their_record(tmp_path):
    names = ("a\rb.mp4", "a\nb.mp4", "a\r\n,b\x1b[2J.mp4", "tab\t\x00end.mp4")
    rows = tuple(ScoreRow(name, "fake", "g\r", "error", None, None, None, "why", (("note", "\r"),)) for name in names)
    write_scores(tmp_path / "scores.csv", rows[:2], ("note",))
    for row in rows[2:]:
        append_score(tmp_path / "scores.csv", row)
    assert read_scores(tmp_path / "scores.csv") == rows


@pytest.mark.parametrize("cut", [1, 3, 20])
def test_a_last_line_torn_by_an_interruption_is_left_out(tmp_path, cut):
    path = tmp_path / "scores.csv"
    write_scores(path, ROWS, ("note",))
    path.write_bytes(path.read_bytes()[:-cut])
    assert read_scores(path) == ROWS[:1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "lacks the column file"),
        ("file,label,group\n", "lacks the column decision"),
        (HEADER + "a,fake,g,perhaps,1,1,1,,\n", "record 2: not a row"),
        (HEADER + "a,fake,g,fake,1,nan,1,,\n", "'nan' is not a finite"),
    ],
)
def test_a_table_of_another_kind_is_refused(tmp_path, text, sentence):
    (tmp_path / "scores.csv").write_text(text)
    with pytest.raises(DataError, match=sentence):
        read_scores(tmp_path / "scores.csv")


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(DataError, match="there is no score table"):
        read_scores(tmp_path / "scores.csv")
