"""Bulk jobs on Ray as users run them: real drivers, actors, children and nodes, and SIGKILL to each of them.

The slow suite takes 1,000 films; BULK_FILMS=60 takes fewer.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ray", reason="needs the extra bulk")
from tests.bad_videos import BROKEN_VIDEOS, NOT_VIDEOS, Recipe, make_video
from tests.bulk_parts import InThisProcess, by_name, comparable, make_eight, opened, rows_of

from fakestormer.bulk import BulkConfig, open_place, read_status, run_job

pytestmark = pytest.mark.slow
RUN = "from fakestormer.cli.main import main; main()"
NUM_FILMS = int(os.environ.get("BULK_FILMS", "1000"))
HOSTILE_EVERY = 20
FRAMES = 14  # as few as a face needs to be followed
PATIENCE = 9000  # tenths of a second
MARK = "FAKESTORMER_TEST_JOB"


class Driver:
    """`fakestormer bulk` in a process of its own; everything below it carries its mark in the environment."""

    def __init__(self, log, *arguments):
        self.log, self.mark = log, uuid.uuid4().hex
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", RUN, "bulk", *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env={**os.environ, MARK: self.mark, "OMP_NUM_THREADS": "1"},
            )

    def processes(self, word=""):
        """Numbers of the living processes with the driver's mark, the children that examine films included."""
        marked = {pid for pid in all_processes() if self.mark.encode() in read(pid, "environ")}
        children = {pid for pid in all_processes() if parent_of(pid) in marked}
        return [pid for pid in marked | children if word.encode() in read(pid, "cmdline")]

    def wait_until(self, ready):
        for _ in range(PATIENCE):
            found = ready()
            if found:
                return found
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def end(self):
        assert self.process.wait(PATIENCE / 10 + NUM_FILMS * 3) == 0, self.log.read_text()


@pytest.fixture(autouse=True)
def no_nicer_than_others(monkeypatch):
    """Ray runs workers at niceness 15, at which they starve beside other tests."""
    monkeypatch.setenv("RAY_worker_niceness", "0")


@pytest.fixture
def drive():
    """Starts drivers; what is left of them at the end is killed."""
    drivers = []

    def start(*arguments):
        drivers.append(Driver(*arguments))
        return drivers[-1]

    yield start
    for driver in drivers:
        kill(driver.processes())
        driver.process.wait(60)


def all_processes():
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def read(pid, file):
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes()
    except OSError:
        return b""


def parent_of(pid):
    fields = read(pid, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


def num_done(output):
    return (read_status(open_place(str(output))) or dummy()).done


def dummy():
    from fakestormer.bulk import JobStatus

    return JobStatus("running")


def kill(pids):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def make_many(folder, film, count):
    """Short films, one in twenty hostile, one in fifty the same as another one."""
    folder.mkdir()
    hostile = [
        make for name, make in (*NOT_VIDEOS.items(), *BROKEN_VIDEOS.items()) if name not in ("missing", "a folder")
    ]
    recipe = Recipe(num_frames=FRAMES, width=film.shape[2], height=film.shape[1])
    for number in range(count):
        path = folder / f"{number:05d}.mp4"
        if number % HOSTILE_EVERY == 7:
            aside = folder.parent / f"made-{number}"
            aside.mkdir()
            hostile[number // HOSTILE_EVERY % len(hostile)](aside).rename(path)
        elif number % 50 == 49:
            path.write_bytes((folder / f"{number - 3:05d}.mp4").read_bytes())
        else:
            shade = np.random.default_rng(number).uniform(0.6, 1.0)
            frames = (film[number % 16 : number % 16 + FRAMES] * shade).astype(np.uint8)
            make_video(path, recipe, lambda index, frames=frames: frames[index])
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory, film, weights):
    """Films, and the table of a job over them that nothing disturbed, made without Ray."""
    place = tmp_path_factory.mktemp("many")
    films = make_many(place / "films", film, NUM_FILMS)
    config = BulkConfig(weights=weights, device="cpu")
    run_job(str(films), str(place / "out"), config, opened(InThisProcess()))
    return films, rows_of(place / "out")


def test_eight_films_through_the_command(drive, tmp_path, good, weights):
    films, output = make_eight(tmp_path / "films", good), tmp_path / "out"
    driver = drive(tmp_path / "log", films, output, "--weights", weights, "--device", "cpu", "--workers", 2, "--html")
    driver.end()
    assert "8 files in, 8 rows out" in driver.log.read_text()
    statuses = {name: row["status"] for name, row in by_name(rows_of(output)).items()}
    assert statuses["a good.mp4"] == statuses["the same.mov"] == "ok"
    assert statuses["text.mp4"] == "unreadable"
    assert driver.processes() == []


def test_a_job_whose_driver_actors_and_children_are_killed_ends_with_the_same_table(drive, tmp_path, many, weights):
    films, undisturbed = many
    chance, output = random.Random(5), tmp_path / "out"
    order = (films, output, "--weights", weights, "--device", "cpu", "--workers", 2, "--min-workers", 2)
    first = drive(tmp_path / "first", *order)
    first.wait_until(lambda: num_done(output) >= NUM_FILMS // 5)
    first.process.kill()
    first.process.wait()
    for _ in range(600):
        if not first.processes():
            break
        time.sleep(0.1)
    assert first.processes() == []  # nothing outlives a driver that was killed
    status = read_status(open_place(str(output)))
    assert (status.state, status.is_alive) == ("running", False)
    second = drive(tmp_path / "second", *order)
    for word, share in (("ray::", 0.4), ("isolation.child", 0.5), ("ray::", 0.6), ("isolation.child", 0.7)):
        second.wait_until(lambda share=share: num_done(output) >= NUM_FILMS * share)
        kill([chance.choice(second.wait_until(lambda word=word: workers_of(second, word)))])
    second.end()
    rows = rows_of(output)
    assert len({row["id"] for row in rows}) == len(rows) == NUM_FILMS
    assert comparable(rows) == comparable(undisturbed)
    assert sum(row["run"] == 1 for row in rows) >= NUM_FILMS // 5  # not scored again
    assert sum(row["attempts"] - 1 for row in rows) <= 4  # no more than what was under way when a child was killed
    assert second.processes() == []


def workers_of(driver, word):
    """Actors with a model, or the children that examine films."""
    found = driver.processes(word)
    return [pid for pid in found if b"_Actor" in read(pid, "cmdline")] if word == "ray::" else found


def test_two_nodes_one_of_which_is_lost(drive, tmp_path, film, weights):
    from ray.cluster_utils import Cluster

    films, output = make_many(tmp_path / "films", film, 30), tmp_path / "out"
    node = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
    folder = tempfile.mkdtemp(prefix="ray-")  # short: paths of sockets hold 107 letters
    cluster = Cluster(True, head_node_args={**node, "include_dashboard": False, "temp_dir": folder})
    try:
        lost = cluster.add_node(**node)
        order = (films, output, "--weights", weights, "--device", "cpu", "--workers", 2, "--min-workers", 2)
        driver = drive(tmp_path / "log", *order, "--cluster", cluster.address)
        driver.wait_until(lambda: num_done(output) >= 5)
        cluster.remove_node(lost, allow_graceful=False)
        driver.end()
    finally:
        cluster.shutdown()
        shutil.rmtree(folder, ignore_errors=True)
    rows = rows_of(output)
    assert len({row["id"] for row in rows}) == len(rows) == 30
    run_job(str(films), str(tmp_path / "plain"), BulkConfig(weights=weights, device="cpu"), opened(InThisProcess()))
    assert comparable(rows) == comparable(rows_of(tmp_path / "plain"))
