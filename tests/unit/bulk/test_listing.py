"""Listing: folders, patterns and lists to a manifest, in one order, resumed after a kill."""

from __future__ import annotations

import json
import os

import pytest

pytest.importorskip("pyarrow", reason="needs the extra bulk")
import pyarrow as pa
import pyarrow.parquet as pq

from fakestormer.bulk import Listed, list_inputs, manifest
from fakestormer.bulk.entries import Entry, path_of_uri, split_pattern
from fakestormer.types import DataError

NAMES = ("a.mp4", "b/c/d.MOV", "b/c/e.txt", "b.mkv", "b/z.webm", "éè/f.mp4", "g h.avi")


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def listed(source, target, **more):
    list_inputs(str(source), target, **more)
    return pq.read_table(target).to_pylist()


def names(rows, root):
    return [os.path.relpath(path_of_uri(row["uri"]), root) for row in rows]


def test_a_folder_is_listed_by_the_parts_of_its_paths_videos_only(tree, tmp_path):
    rows = listed(tree, tmp_path / "m.parquet")
    assert names(rows, tree) == ["a.mp4", "b/c/d.MOV", "b/z.webm", "b.mkv", "g h.avi", "éè/f.mp4"]
    assert [row["size"] for row in rows] == [len((tree / name).read_bytes()) for name in names(rows, tree)]
    assert rows[0]["etag"] == str((tree / "a.mp4").stat().st_mtime_ns)
    assert len(listed(tree, tmp_path / "all.parquet", every_name=True)) == len(NAMES)


def test_an_id_is_of_address_size_and_etag(tree, tmp_path):
    before = {row["uri"]: row["id"] for row in listed(tree, tmp_path / "m.parquet")}
    changed = str(tree / "a.mp4")
    os.utime(changed, ns=(1, 1))
    after = {row["uri"]: row["id"] for row in listed(tree, tmp_path / "n.parquet")}
    assert {uri for uri in before if before[uri] != after[uri]} == {changed}
    assert Entry("a", 1, "2").id != Entry("a", 12, None).id


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("b/**/*.MOV", ["b/c/d.MOV"]),
        ("**/*.mp4", ["a.mp4", "éè/f.mp4"]),
        ("*.mp4", ["a.mp4"]),
        ("?.*", ["a.mp4", "b.mkv"]),
        ("b/*/e.txt", ["b/c/e.txt"]),
    ],
)
def test_a_pattern_means_what_shells_mean(tree, tmp_path, pattern, found):
    assert names(listed(tree / pattern, tmp_path / "m.parquet"), tree) == found


def test_letters_of_a_pattern_other_than_stars_mean_themselves():
    certain, rest = split_pattern("s3://bucket/a+b/x[1]*.mp4")
    assert certain == "s3://bucket/a+b/"
    assert rest.fullmatch("x[1]y.mp4")
    assert not rest.fullmatch("x1y.mp4")


def test_a_name_that_is_no_text_is_listed_and_leads_back_to_its_file(tmp_path):
    root = tmp_path / "odd"
    root.mkdir()
    path = os.fsencode(str(root)) + b"/\xe9 1%.mp4"
    with open(path, "wb") as file:  # noqa: PTH123 - bytes
        file.write(b"x")
    (row,) = listed(root, tmp_path / "m.parquet")
    assert row["uri"].startswith("file:///")
    assert os.fsencode(path_of_uri(row["uri"])) == path


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".txt"])
def test_a_list_names_files_from_its_own_folder_and_each_once(tree, tmp_path, suffix):
    uris = ["b.mkv", "a.mp4", "missing.mp4", "b.mkv", "https://example.org/v.mp4?token=1"]
    path = tree / f"list{suffix}"
    if suffix == ".parquet":
        pq.write_table(pa.table({"uri": uris, "size": [None, None, None, None, 7]}), path)
    elif suffix == ".csv":
        path.write_text("name,uri,size\n" + "".join(f"x,{one},{7 if 'http' in one else ''}\n" for one in uris))
    elif suffix == ".jsonl":
        path.write_text("".join(json.dumps({"uri": one, "size": 7 if "http" in one else None}) + "\n" for one in uris))
    else:
        path.write_text("# a comment\n" + "\n".join(uris[:4]) + "\n")
    target = tmp_path / "m.parquet"
    told = list_inputs(str(path), target)
    rows = pq.read_table(target).to_pylist()
    assert [row["uri"] for row in rows[:3]] == [str(tree / one) for one in uris[:3]]
    assert rows[2]["size"] is None
    if suffix != ".txt":
        assert (rows[3]["uri"], rows[3]["size"]) == (uris[4], 7)
    assert told == Listed(len(rows), 1)


def test_a_listing_that_was_killed_goes_on_behind_what_it_has(tree, tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "PIECE", 2)
    target, heard = tmp_path / "m.parquet", []

    def die(count):
        heard.append(count)
        if count == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list_inputs(str(tree), target, observe=die)
    (tree / "a.mp4").unlink()  # listed already, and stays so
    list_inputs(str(tree), target, observe=heard.append)
    assert heard == [2, 4, 6]
    assert names(pq.read_table(target).to_pylist(), tree)[0] == "a.mp4"
    assert pq.read_metadata(target).num_rows == 6
    assert [path.name for path in tmp_path.iterdir() if "listing" in path.name] == []


def test_a_manifest_is_taken_as_it_is(tree, tmp_path):
    first = listed(tree, tmp_path / "m.parquet")
    (tree / "a.mp4").unlink()
    assert listed(tmp_path / "m.parquet", tmp_path / "again.parquet") == first


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", "file\na.mp4\n", "has no column uri"),
        ("x.jsonl", '{"uri": "a"}\n{"url": "b"}\n', "line 2"),
        ("x.txt", "\n", "contains no video"),
        ("x.parquet", "no parquet", "cannot be read as a list"),
        ("nowhere/", None, "is not a folder"),
    ],
)
def test_what_cannot_be_listed_is_one_sentence(tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=said) as raised:
        list_inputs(str(path), tmp_path / "m.parquet")
    assert "\n" not in str(raised.value)
