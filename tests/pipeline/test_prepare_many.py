"""A real `fakestormer prepare` with worker processes, which are killed, interrupted and fed with bad files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.bad_videos import NOT_VIDEOS, Recipe, make_video

from fakestormer.data.cache import cache_fingerprint, read_cache

ROOT = Path(__file__).parents[2]
PATIENCE = 1200
GOOD = ("anna", "bo", "carl", "dora")


def start(tools: str, *arguments: object, heard: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    code = f"from tests.laid_landmarks import run_with; run_with({tools!r})"
    return subprocess.Popen(
        [sys.executable, "-c", code, "prepare", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=heard,
        stderr=heard,
        text=True,
    )


def wait_for(seen: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.002)


def ledger_of(cache: Path) -> dict[str, dict[str, object]]:
    lines = (cache / "prepare.jsonl").read_text().splitlines() if (cache / "prepare.jsonl").exists() else []
    return {row["name"]: row for row in map(json.loads, lines)}


def summary_of(cache: Path) -> dict[str, object]:
    return json.loads((cache / "prepare.json").read_text())


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


def is_alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def assert_same_cache(one: Path, other: Path) -> None:
    assert ledger_of(one) == ledger_of(other)
    assert summary_of(one) == summary_of(other)
    assert sorted(path.name for path in one.iterdir()) == sorted(path.name for path in other.iterdir())
    assert cache_fingerprint([one]) == cache_fingerprint([other])
    for here, there in zip(read_cache(one), read_cache(other), strict=True):
        assert (here.source, here.identity, here.track_id) == (there.source, there.identity, there.track_id)
        for mine, theirs in zip(here.read(range(len(here.found))), there.read(range(len(there.found))), strict=True):
            np.testing.assert_array_equal(mine, theirs)


@pytest.fixture(scope="module")
def films(tmp_path_factory, film):
    """Four good films, a dark one, and two files of no use."""
    folder = tmp_path_factory.mktemp("films")
    looks = (film[:12], film[:12, :, ::-1], film[6:18], film[10:22, :, ::-1])
    for name, look in zip(GOOD, looks, strict=True):
        shoot(folder / f"{name}.mp4", look)
    shoot(folder / "dark.mp4", film[:12] // 3)
    NOT_VIDEOS["text renamed .mp4"](folder)
    make_video(folder / "scene.mp4")
    return folder


def shoot(path, film):
    make_video(path, Recipe(num_frames=len(film), width=film.shape[2], height=film.shape[1]), lambda index: film[index])


@pytest.fixture(scope="module")
def whole(tmp_path_factory, films):
    """The cache of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    process = start("laid", films, "--out", folder)
    assert process.wait(PATIENCE) == 0
    return folder


@pytest.mark.slow
def test_a_bad_file_among_good_ones_is_set_aside_with_its_reason(whole: Path) -> None:
    summary = summary_of(whole)
    assert (summary["sources"], summary["used"], summary["set_aside"], summary["waiting"]) == (7, 5, 2, 0)
    reasons = summary["reasons"]
    assert set(reasons) == {"text.mp4", "scene.mp4"}
    assert "no face was found" in reasons["scene.mp4"]
    assert {track.source for track in read_cache(whole)} == {f"{name}.mp4" for name in (*GOOD, "dark")}


@pytest.mark.slow
def test_a_prepare_killed_without_warning_and_started_again_ends_with_the_same_cache(
    tmp_path: Path, films: Path, whole: Path
) -> None:
    process = start("laid", films, "--out", tmp_path, "--workers", 2)
    wait_for(lambda: len(ledger_of(tmp_path)) >= 2)
    workers = workers_of(process)
    process.kill()
    assert process.wait(PATIENCE) == -signal.SIGKILL
    assert len(workers) == 2
    wait_for(lambda: not any(map(is_alive, workers)))
    done = ledger_of(tmp_path)
    assert 2 <= len(done) < 7
    assert start("laid", films, "--out", tmp_path, "--workers", 2).wait(PATIENCE) == 0
    ledger = ledger_of(tmp_path)
    assert list(ledger)[: len(done)] == list(done)
    assert_same_cache(tmp_path, whole)


@pytest.mark.slow
def test_a_prepare_stopped_with_ctrl_c_says_so_and_goes_on_where_it_was(
    tmp_path: Path, films: Path, whole: Path
) -> None:
    process = start("laid", films, "--out", tmp_path, "--workers", 2, heard=subprocess.PIPE)
    wait_for(lambda: ledger_of(tmp_path))
    workers = workers_of(process)
    for one in (process.pid, *workers):  # as a terminal does
        os.kill(one, signal.SIGINT)
    told = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 130
    assert "interrupted; finished results are kept" in told
    assert "Traceback" not in told
    assert summary_of(tmp_path)["waiting"] == 7 - len(ledger_of(tmp_path)) > 0
    assert not any(map(is_alive, workers))
    assert start("laid", films, "--out", tmp_path).wait(PATIENCE) == 0
    assert_same_cache(tmp_path, whole)


@pytest.mark.slow
def test_a_worker_killed_from_outside_costs_nothing(tmp_path: Path, films: Path, whole: Path) -> None:
    process = start("laid", films, "--out", tmp_path, "--workers", 2)
    wait_for(lambda: ledger_of(tmp_path))
    os.kill(workers_of(process)[0], signal.SIGKILL)
    assert process.wait(PATIENCE) == 0
    assert_same_cache(tmp_path, whole)


@pytest.mark.slow
def test_a_file_that_kills_whoever_reads_it_is_set_aside_and_the_others_are_used(tmp_path: Path, films: Path) -> None:
    process = start("deadly", films, "--out", tmp_path, "--workers", 2)
    assert process.wait(PATIENCE) == 0
    summary = summary_of(tmp_path)
    assert (summary["used"], summary["waiting"]) == (4, 0)
    assert "was killed by signal 11, twice" in summary["reasons"]["dark.mp4"]


@pytest.mark.slow
def test_shards_made_apart_are_together_the_whole_cache(tmp_path: Path, films: Path, whole: Path) -> None:
    joined = tmp_path / "joined"
    assert start("laid", films, "--out", joined, "--shard", "1/2").wait(PATIENCE) == 0
    first = {track.source for track in read_cache(joined)}
    assert start("laid", films, "--out", joined, "--shard", "2/2").wait(PATIENCE) == 0
    assert 0 < len(first) < 5
    assert cache_fingerprint([joined]) == cache_fingerprint([whole])
    assert [track.source for track in read_cache(joined)] == [track.source for track in read_cache(whole)]
    parts = [json.loads((joined / f"prepare-{index}-of-2.json").read_text()) for index in (1, 2)]
    assert sum(part["sources"] for part in parts) == 7
    # Whoever runs without shards afterwards finds everything done.
    process = start("laid", films, "--out", joined, heard=subprocess.PIPE)
    assert "5 of 7 files used" in process.communicate(timeout=PATIENCE)[0]
    assert not ledger_of(joined)
