"""Whatever a file is, reading it ends with frames or with one sentence: see docs/hostile-files.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.hostile.corpus import make_corpus
from tests.hostile.fuzz import make_targets, save_tiny_weights, try_one
from tests.hostile.reading import FAILURES, read_files

from fakestormer.isolation import IsolatedDetector, IsolationConfig, Limits, Request
from fakestormer.model import load_weights
from fakestormer.types import WeightsError

QUICK = 11  # every so many files
GENTLE = Limits(memory=3 << 30, seconds=300.0)  # on a busy machine; a file takes a tenth of a second


def write(folder, step=1):
    paths = []
    for number, one in enumerate(make_corpus(folder)):
        if number % step == 0:
            path = folder / f"{number:04d}{Path(one.name).suffix}"
            path.write_bytes(one.content)
            paths.append((path, one.name))
    return paths


def test_files_spoilt_in_every_way_are_read_or_refused_in_one_sentence(tmp_path):
    files = write(tmp_path, QUICK)
    assert len(files) >= 60
    found = list(read_files([path for path, _ in files]))
    assert [(files[one.place][1], one.outcome, one.said) for one in found if one.outcome in FAILURES] == []
    assert len(found) == len(files)


@pytest.mark.slow
def test_all_files_spoilt_in_every_way_are_read_or_refused_in_one_sentence(tmp_path):
    files = write(tmp_path)
    assert len({name for _, name in files}) == len(files) >= 500
    found = list(read_files([path for path, _ in files]))
    assert [(files[one.place][1], one.outcome, one.said) for one in found if one.outcome in FAILURES] == []


@pytest.mark.slow
def test_all_files_spoilt_in_every_way_are_examined_or_refused_in_one_sentence(tmp_path):
    files, found = write(tmp_path), []
    config = IsolationConfig(weights=save_tiny_weights(tmp_path), device="cpu", limits=GENTLE)
    with IsolatedDetector(config) as isolated:
        for number, (path, name) in enumerate(files):
            (folder := tmp_path / f"{number}").mkdir()
            ended = isolated.examine(Request(path, folder))
            found.append((name, ended.ending, ended.detail))
    assert {ending for _, ending, _ in found} == {"done", "unreadable"}
    assert [one for one in found if one[1] == "unreadable" and (not one[2] or "\n" in one[2])] == []


def test_nothing_but_one_sentence_comes_of_spoilt_reports_tables_notes_and_boxes(tmp_path):
    for target in make_targets(tmp_path):
        for number in range(30):
            assert try_one(target, tmp_path, 20, number) is None, (target.name, number)


def test_weights_that_ask_for_an_endless_network_are_refused(tmp_path):
    path = save_tiny_weights(tmp_path)
    content = path.read_bytes()
    assert content.count(b'\\"depth\\": 1,') == 1
    longer = content.replace(b'\\"depth\\": 1,', b'\\"depth\\": 9' + b"0" * 20 + b",")
    length = int.from_bytes(content[:8], "little") + len(longer) - len(content)
    path.write_bytes(length.to_bytes(8, "little") + longer[8:])
    with pytest.raises(WeightsError, match="damaged metadata"):
        load_weights(path)
