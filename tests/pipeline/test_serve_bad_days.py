"""Bad days of a server, with real processes: killed anywhere, nothing is lost and nothing is examined twice."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs the extra serve")
from tests.bad_videos import Recipe, make_video
from tests.pipeline.serve_process import Process, Server, children_of, is_child_of_worker

from fakestormer.serving import Database
from fakestormer.serving.tables import examinations

pytestmark = pytest.mark.slow
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"))), None)


@pytest.fixture(scope="module")
def films(tmp_path_factory, film):
    """Some films that differ."""
    folder, made = tmp_path_factory.mktemp("films"), []
    for number in range(4):
        recipe = Recipe(num_frames=24 + number, width=film.shape[2], height=film.shape[1])
        made.append(make_video(folder / f"{number}.mp4", recipe, lambda index: film[index % len(film)]).read_bytes())
    return made


def examined(url):
    """Attempts of every examination, by state."""
    database = Database(url)
    with database.read() as connection:
        found = [(row.state, row.attempts, row.deaths) for row in connection.execute(examinations.select())]
    database.close()
    return found


def end_all(pids):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_killing_child_worker_and_server_at_random_loses_nothing_and_doubles_nothing(tmp_path, weights, films):
    draw, server = random.Random(5), Server(tmp_path, weights)
    client = server.client()
    ids = [client.post(content).json["id"] for content in films]
    for victim in ("child", "worker", "server"):
        for _ in range(600):
            if any(client.get(f"/v1/analyses/{identity}").json["state"] == "running" for identity in ids):
                break
            time.sleep(0.1)
        time.sleep(draw.random())
        below = children_of(server.pid)
        kids = [pid for pid in below if is_child_of_worker(pid)]
        if victim == "child":
            end_all(kids[:1])
        elif victim == "worker":
            end_all([pid for pid in below if pid not in kids][:1])
        else:
            server.end(signal.SIGKILL)
            server = Server(tmp_path, weights)
            client = server.client()
    ended = [client.wait_until(identity, "done", "failed") for identity in ids]
    server.end()
    assert all(one["state"] == "done" or "set aside" in one["problem"]["detail"] for one in ended)
    assert sum(one["state"] == "done" for one in ended) >= 3
    assert len(examined(f"sqlite:///{tmp_path / 'data' / 'service.db'}")) == len(films)


def test_a_server_that_is_stopped_gives_back_its_work_and_goes_on_after_a_restart(tmp_path, weights, films):
    server = Server(tmp_path, weights)
    client = server.client()
    ids = [client.post(content).json["id"] for content in films[:2]]
    client.wait_until(ids[0], "running", "done")
    assert server.end() == 0
    assert [state for state, _, deaths in examined(f"sqlite:///{tmp_path / 'data' / 'service.db'}") if deaths] == []
    server = Server(tmp_path, weights)
    client = server.client()
    assert {client.wait_until(identity, "done", "failed")["state"] for identity in ids} == {"done"}
    server.end()


def test_erasing_while_it_runs_ends_the_child(tmp_path, weights, films):
    server = Server(tmp_path, weights)
    client = server.client()
    first = client.post(films[0]).json["id"]
    client.wait_until(first, "running")
    assert client.ask("DELETE", f"/v1/analyses/{first}").status == 204
    second = client.post(films[1]).json["id"]
    assert client.wait_until(second, "done", "failed")["state"] == "done"
    assert client.get(f"/v1/analyses/{first}").json["state"] == "cancelled"
    for _ in range(100):
        if len(list((tmp_path / "data" / "store" / "media").rglob("??*/*"))) == 1:
            break
        time.sleep(0.1)
    assert len(list((tmp_path / "data" / "store" / "media").rglob("??*/*"))) == 1
    server.end()


def test_two_hundred_clients_at_once_on_sqlite(tmp_path, weights):
    server = Server(tmp_path, weights, "--workers", 0)
    client, answers = server.client(), []
    start = threading.Barrier(200)

    def send(number):
        start.wait()
        key = str(number % 100)  # each submitted twice at once
        answers.append(client.post(b"film %d" % (number % 100), Idempotency_Key=key))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.end()
    accepted = [one for one in answers if one.status == 202]
    refused = [one.problem for one in answers if one.status != 202]
    assert len(accepted) >= 120  # of one minute and key; the others are told when to come again
    assert set(refused) <= {"too-many-requests"}
    assert len({one.json["id"] for one in accepted}) == len({one.json["sha256"] for one in accepted})


def test_five_gigabytes_against_a_hundred_megabytes_leave_memory_flat(tmp_path, weights):
    server = Server(tmp_path, weights, "--workers", 0, "--upload-limit", 100)
    client = server.client()
    before, sent = resident(server.pid), 0
    with socket.create_connection(("127.0.0.1", client.port), timeout=60) as plain:
        plain.sendall(b"POST /v1/analyses HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while sent < 5 << 30:
                plain.sendall(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")
                sent += 0x100000
        except OSError:
            pass
    assert sent < 1 << 30
    assert resident(server.pid) - before < 80 << 20
    assert client.get("/v1/analyses").json["items"] == []
    server.end()


def resident(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@pytest.fixture
def postgres(tmp_path):
    """A PostgreSQL server of our own."""
    if POSTGRES is None:
        pytest.skip("needs PostgreSQL (Debian package postgresql)")
    folder = tmp_path / "postgres"
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder.mkdir()
    if user:
        for place in (folder, *folder.parents):
            if str(place) != "/" and place.stat().st_mode & 0o005 != 0o005:
                place.chmod(place.stat().st_mode | 0o755)
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*user, POSTGRES / "initdb", "-D", folder / "db", "-A", "trust", "-U", "tester"], **quiet)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"

    def control(verb):
        command = [
            POSTGRES / "pg_ctl",
            "-D",
            folder / "db",
            "-o",
            options,
            "-l",
            folder / "log",
            "-w",
            "-m",
            "fast",
            verb,
        ]
        subprocess.run([*user, *command], **quiet)

    control("start")
    subprocess.run(
        ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "tester", "-c", "CREATE DATABASE films", "postgres"], **quiet
    )
    yield f"postgresql://tester@127.0.0.1:{port}/films", control
    control("stop")


def test_two_workers_share_a_queue_on_postgres_that_goes_away_and_comes_back(tmp_path, weights, films, postgres):
    url, control = postgres
    server = Server(tmp_path, weights, "--workers", 0, FAKESTORMER_DATABASE=url)
    client = server.client()
    where = ("worker", "--data", tmp_path / "data", "--weights", weights, "--device", "cpu")
    workers = [Process(tmp_path / f"worker{number}.log", *where, FAKESTORMER_DATABASE=url) for number in range(2)]
    ids = [client.post(content).json["id"] for content in films]
    client.wait_until(ids[0], "running", "done")
    control("stop")
    assert client.get("/v1/analyses").problem == "database-unavailable"
    assert client.get("/readyz").status == 503
    assert client.get("/healthz").status == 200
    time.sleep(2)
    control("start")
    ended = [client.wait_until(identity, "done", "failed")["state"] for identity in ids]
    assert ended == ["done"] * len(films)
    assert len(examined(url.replace("postgresql://", "postgresql+pg8000://"))) == len(films)
    for one in (*workers, server):
        assert one.end() == 0
