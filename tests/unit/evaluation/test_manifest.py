from __future__ import annotations

import hashlib

import pytest

from fakestormer.evaluation import read_manifest
from fakestormer.types import DataError


def test_rows_come_in_order_with_paths_beside_the_manifest_and_further_columns_carried(write_manifest):
    path = write_manifest(
        '"a, b.mp4",real,studio,Ann,', "sub/c.mp4, FAKE ,studio,,x", header="file,label,group,who,note"
    )
    manifest = read_manifest(path)
    first, second = manifest.rows
    assert (first.file, first.path, first.label) == ("a, b.mp4", path.parent / "a, b.mp4", "real")
    assert (second.path, second.label) == (path.parent / "sub/c.mp4", "fake")
    assert manifest.carried_columns == ("who", "note")
    assert first.carried == (("who", "Ann"), ("note", ""))
    assert manifest.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path):
    path = tmp_path / "excel.csv"
    path.write_bytes("\ufefffile,label,group\r\n\r\na.mp4,real,g\r\n,,\r\n".encode())
    assert [row.file for row in read_manifest(path).rows] == ["a.mp4"]


@pytest.mark.parametrize(
    ("header", "lines", "sentence"),
    [
        ("file,label", ["a.mp4,real"], "lacks the column group"),
        ("file,label,group", ["a.mp4,real,g", "b.mp4,maybe,g"], "line 3: the label 'maybe'"),
        ("file,label,group", ["a.mp4,real,g", "b.mp4,fake,g", "./a.mp4,real,g"], "line 4: .* listed in line 2 already"),
        ("file,label,group", ["a.mp4,real"], "line 2: 2 values for 3 columns"),
        ("file,label,group", [",real,g"], "line 2: the file column is empty"),
        ("file,label,group", [], "lists no file"),
        ("file,label,group,group", ["a.mp4,real,g,g"], "names the column 'group' twice"),
        ("file,label,group,score", ["a.mp4,real,g,1"], "a column 'score', which the score table writes itself"),
        ("file,label,group", ['"a.mp4,real,g'], "not a CSV record"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused_with_one_sentence(write_manifest, header, lines, sentence):
    with pytest.raises(DataError, match=sentence) as caught:
        read_manifest(write_manifest(*lines, header=header))
    assert "\n" not in str(caught.value)


def test_a_missing_empty_or_binary_manifest_or_a_folder_is_refused(tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "video.csv").write_bytes(b"\x00\x00\xff\xfe\x00ftyp")
    for name, sentence in (
        ("no.csv", "there is no manifest"),
        ("empty.csv", "is empty"),
        ("video.csv", "not UTF-8"),
        (".", "cannot be read"),
    ):
        with pytest.raises(DataError, match=sentence):
            read_manifest(tmp_path / name)
