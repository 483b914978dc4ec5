from __future__ import annotations

from pathlib import Path

import pytest

from fakestormer.data.sources import list_sources
from fakestormer.types import DataError


def test_a_manifest_gives_its_genuine_rows_with_identity_and_group(tmp_path: Path) -> None:
    manifest = tmp_path / "list.csv"
    manifest.write_text("file,label,identity,group\na.mp4,real,anna,x\nb.mp4,fake,bert,x\nsub/c.jpg,real,,y\n")
    first, second = list_sources(manifest)
    assert (first.path, first.identity, first.group) == (tmp_path / "a.mp4", "anna", "x")
    assert (second.path, second.identity, second.group) == (tmp_path / "sub/c.jpg", "sub/c.jpg", "y")


def test_a_folder_gives_every_media_file_below_it_in_order(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.MP4", "a.txt", "sub/c.png"):
        (tmp_path / name).touch()
    assert [source.name for source in list_sources(tmp_path)] == ["b.MP4", "sub/c.png"]


def test_a_manifest_without_files_and_a_place_that_is_neither_are_refused(tmp_path: Path) -> None:
    manifest = tmp_path / "list.csv"
    manifest.write_text("name\na.mp4\n")
    with pytest.raises(DataError, match="has no column 'file'"):
        list_sources(manifest)
    with pytest.raises(DataError, match="neither a folder nor a CSV manifest"):
        list_sources(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="lists no genuine video or photograph"):
        list_sources(tmp_path / "empty")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"file\n\xff\xfe\n", "is not UTF-8 text"),
        (b"label,file\nreal\n", "line 2: 1 values for 2 columns"),
        (b"file,label\n,real\n", "line 2: the file column is empty"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(DataError, match=said):
        list_sources(tmp_path / "list.csv")
