from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from fakestormer.data.workers import work_in_processes
from fakestormer.types import DataError


def work_on(folder: Path, text: str) -> str:
    if text == "deadly":
        os._exit(3)
    if text == "deadly once" and not (folder / "died").exists():
        (folder / "died").touch()
        os._exit(3)
    if text == "hopeless":
        raise DataError("the disk is full")
    return text.upper()


def make_work(folder: Path) -> Callable[[str], str]:
    return partial(work_on, folder)


def never_ready() -> Callable[[str], str]:
    sys.exit(7)


def give_up(text: str, died: str) -> str:
    return f"{text}: {died}"


def test_one_deadly_item_is_given_up_and_all_others_have_their_results(tmp_path: Path) -> None:
    items = ["a", "deadly", "b", "deadly once", "c"]
    results = sorted(work_in_processes(items, 2, partial(make_work, tmp_path), give_up))
    assert results == ["A", "B", "C", "DEADLY ONCE", "deadly: ended with exit code 3"]


def test_an_error_of_ours_ends_the_work_and_every_worker(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the disk is full"):
        list(work_in_processes(["hopeless", "a"], 2, partial(make_work, tmp_path), give_up))
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    until = time.monotonic() + 60
    while any(is_worker(one) for one in children.read_text().split()) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(is_worker(one) for one in children.read_text().split())


def is_worker(process: str) -> bool:
    cmdline = Path(f"/proc/{process}/cmdline")
    return cmdline.exists() and b"spawn_main" in cmdline.read_bytes()


def test_workers_that_cannot_begin_are_one_sentence() -> None:
    with pytest.raises(DataError, match="ended with exit code 7 before it could begin"):
        list(work_in_processes(["a"], 1, never_ready, give_up))
