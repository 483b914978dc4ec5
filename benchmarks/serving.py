"""What a server costs beside the examinations, as JSON: overhead, throughput, latency, memory, many jobs.

python benchmarks/serving.py [--parts overhead,polling,queue] [--films 6] [--seconds 3] [--jobs 1000] [--clients 50]

A real `fakestormer serve` on SQLite in a process of its own, with its workers. "overhead" examines that many films by
plain `detect --html`, one process and two, and by a server with one worker and with two; each is given a first film
that is not counted, so that starting and loading the model are left out. Processor seconds are those of all
processes together, and tell something on a busy machine too. "polling" has that many clients ask for the state of an
analysis twice a second while two workers examine films. "queue" submits that many small files, all different and none a
video, under ten keys from ten clients at once, and waits until each has failed with its cause.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RUN = [sys.executable, "-c", "from fakestormer.cli.main import main; main()"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server: its process and its port."""

    pid: int
    port: int

    def ask(self, method: str, path: str, body: bytes | None = None, key: str | None = None) -> Any:
        """What it answers, as JSON. Raises RuntimeError for a refusal."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        if body is not None:
            headers["Content-Type"] = "application/octet-stream"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = json.loads(answer.read())
            if answer.status >= 300:
                raise RuntimeError(str(content))
            return content
        finally:
            connection.close()

    def examine(self, films: Iterable[Path]) -> None:
        """Submits all, and waits until each is done."""
        ids = [self.ask("POST", "/v1/analyses", film.read_bytes())["id"] for film in films]
        for identity in ids:
            while (told := self.ask("GET", f"/v1/analyses/{identity}"))["state"] != "done":
                if told["state"] == "failed":
                    raise RuntimeError(str(told["problem"]))
                time.sleep(0.2)


@contextmanager
def serving(folder: Path, workers: int, weights: Path | None) -> Iterator[Server]:
    """A server with its data in a folder."""
    chosen = [] if weights is None else ["--weights", str(weights)]
    command = [*RUN, "serve", "--data", str(folder), "--port", "0", "--workers", str(workers), "--device", "cpu"]
    log = folder.with_suffix(".log")
    with log.open("wb") as file:
        process = subprocess.Popen([*command, *chosen], stdout=file, stderr=file, env=ENVIRONMENT)
    try:
        while not (found := [line for line in log.read_text().splitlines() if "http://" in line]):
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.1)
        yield Server(process.pid, int(found[0].rpartition(":")[2]))
    finally:
        process.terminate()
        process.wait()


def below(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += below(int(child))
    return found


def processor_seconds(pid: int) -> float:
    """Of a process and all that it started; those that ended and were waited for count too."""
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in below(pid)]
    return sum(int(value) for field in fields for value in field[11:15]) / TICK


def memory(pid: int) -> dict[str, int]:
    """MiB at the peak of the server, of the largest worker, and of the largest child that examines."""
    peaks = {"server": 0, "worker": 0, "child": 0}
    for one in below(pid):
        command = Path(f"/proc/{one}/cmdline").read_bytes()
        kind = "server" if one == pid else "child" if b"isolation.child" in command else "worker"
        text = Path(f"/proc/{one}/status").read_text()
        peak = next((int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")), 0)
        peaks[kind] = max(peaks[kind], round(peak / 1024))
    return peaks


def make_films(folder: Path, count: int, seconds: float) -> list[Path]:
    """Films of nearly the same length, all different."""
    films = [folder / f"{number:02d}.mp4" for number in range(count)]
    for number, film in enumerate(films):
        size = ["--seconds", str(seconds + 0.04 * number), "--height", "360"]
        subprocess.run([sys.executable, str(HERE / "film.py"), str(film), *size], check=True)
    return films


def measure_overhead(folder: Path, films: list[Path], weights: Path | None) -> dict[str, Any]:
    """Wall and processor seconds of all films but the first of each process."""
    plain = {workers: _detect(folder, films, workers, weights) for workers in (1, 2)}
    measured: dict[str, Any] = {f"detect_{workers}": told for workers, told in plain.items()}
    for workers in (1, 2):
        with serving(folder / f"served-{workers}", workers, weights) as server:
            server.examine(films[:workers])
            began, used = time.monotonic(), processor_seconds(server.pid)
            server.examine(films[workers:])
            wall, processor = time.monotonic() - began, processor_seconds(server.pid) - used
            measured[f"serve_{workers}"] = _told(wall, processor, len(films) - workers)
            measured[f"memory_mib_{workers}"] = memory(server.pid)
    each = {name: measured[name]["processor_seconds_each"] for name in ("detect_1", "detect_2", "serve_1", "serve_2")}
    measured["serve_1_over_detect_1"] = round(each["serve_1"] / each["detect_1"], 3)
    measured["serve_2_over_detect_2"] = round(each["serve_2"] / each["detect_2"], 3)
    return measured


def _told(wall: float, processor: float, films: int) -> dict[str, float]:
    each = {"wall_seconds_each": wall / films, "processor_seconds_each": processor / films}
    return {name: round(value, 3) for name, value in each.items()}


def _detect(folder: Path, films: list[Path], processes: int, weights: Path | None) -> dict[str, float]:
    """The difference between one film a process and all films."""
    few = _run_detect(folder, [[film] for film in films[:processes]], weights)
    many = _run_detect(folder, [films[number::processes] for number in range(processes)], weights)
    return _told(many[0] - few[0], many[1] - few[1], len(films) - processes)


def _run_detect(folder: Path, groups: list[list[Path]], weights: Path | None) -> tuple[float, float]:
    chosen = [] if weights is None else ["--weights", str(weights)]
    began, before = time.monotonic(), os.times()
    started = []
    for group in groups:
        place = Path(tempfile.mkdtemp(dir=folder))
        page = str(place / "report.html")
        command = [*RUN, "detect", *map(str, group), "--html", page, "--device", "cpu", *chosen]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT))
    for one in started:
        told = one.communicate()[1]
        if one.returncode != 0:
            raise RuntimeError(told.decode())
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - began, used


def measure_polling(folder: Path, films: list[Path], clients: int, weights: Path | None) -> dict[str, Any]:
    """Milliseconds of a GET of an analysis, from request to whole answer, while two workers are at work."""
    took: list[float] = []
    with serving(folder / "polled", 2, weights) as server:
        server.examine(films[:2])
        ids = [server.ask("POST", "/v1/analyses", film.read_bytes())["id"] for film in films[2:]]
        over = threading.Event()

        def poll(number: int) -> None:
            over.wait(0.5 * number / clients)
            while not over.is_set():
                began = time.monotonic()
                server.ask("GET", f"/v1/analyses/{ids[number % len(ids)]}")
                took.append(time.monotonic() - began)
                over.wait(0.5)

        with ThreadPoolExecutor(clients) as pool:
            polled = [pool.submit(poll, number) for number in range(clients)]
            while any(server.ask("GET", f"/v1/analyses/{one}")["state"] in ("queued", "running") for one in ids):
                time.sleep(0.5)
            over.set()
            for one in polled:
                one.result()
        peak = memory(server.pid)
    cuts = statistics.quantiles([1000 * one for one in took], n=100)
    return {
        "requests": len(took),
        "milliseconds": {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1)},
        "memory_mib": peak,
    }


def measure_queue(folder: Path, jobs: int, weights: Path | None) -> dict[str, Any]:
    """Seconds for many small jobs on SQLite, and what became of them."""
    data = folder / "queue"
    keys = []
    for number in range(10):
        command = [*RUN, "serve", "keys", "add", str(number), "--role", "submit", "--role", "read", "--data", str(data)]
        told = subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout
        keys.append(told.strip().splitlines()[-1])
    with serving(data, 1, weights) as server:
        began = time.monotonic()

        def submit(number: int) -> list[str]:
            bodies = [b"no video, number %d\n" % job for job in range(number, jobs, 10)]
            return [server.ask("POST", "/v1/analyses", body, keys[number])["id"] for body in bodies]

        with ThreadPoolExecutor(10) as pool:
            ids = list(pool.map(submit, range(10)))
        submitted = time.monotonic() - began
        ended = Counter(_end(server, one, keys[number]) for number, some in enumerate(ids) for one in some)
        return {
            "jobs": jobs,
            "submit_seconds": round(submitted, 1),
            "all_ended_seconds": round(time.monotonic() - began, 1),
            "different_ids": len({one for some in ids for one in some}),
            "ended": dict(ended),
            "memory_mib": memory(server.pid),
        }


def _end(server: Server, identity: str, key: str) -> str:
    while (told := server.ask("GET", f"/v1/analyses/{identity}", key=key))["state"] in ("queued", "running"):
        time.sleep(0.5)
    return str(told["problem"]["type"].rpartition(":")[2] if told["state"] == "failed" else told["state"])


def main() -> None:
    """Prints the figures of the chosen parts."""
    parser = argparse.ArgumentParser(description="Measure a server.")
    parser.add_argument("--parts", default="overhead,polling,queue")
    parser.add_argument("--films", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    parts, measured = options.parts.split(","), dict[str, Any]()
    with tempfile.TemporaryDirectory(prefix="fakestormer-benchmark-") as name:
        folder = Path(name)
        films = make_films(folder, options.films, options.seconds) if {"overhead", "polling"} & {*parts} else []
        if "overhead" in parts:
            measured["overhead"] = measure_overhead(folder, films, options.weights)
        if "polling" in parts:
            measured["polling"] = measure_polling(folder, films, options.clients, options.weights)
        if "queue" in parts:
            measured["queue"] = measure_queue(folder, options.jobs, options.weights)
    print(json.dumps({"load": os.getloadavg()[0], **measured}, indent=2))


if __name__ == "__main__":
    main()
