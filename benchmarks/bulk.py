"""What a bulk job costs beside the examinations, as JSON: listing, planning, restarting, overhead, memory, scaling.

python benchmarks/bulk.py [--parts list,restart,overhead,scaling,stores] [--entries 1000000] [--films 200]

"list" reads that many addresses with sizes from a CSV file, writes the manifest and plans the first run. "restart" lays
down rows for all of them as a job that was killed leaves them, 256 a file, finds out that nothing is left to do, and
writes the final table. "overhead" examines that many short films by a worker and by the child alone: what the worker
adds, in wall time and in processor time of its own process, and how its memory and the child's grow. "scaling" examines
eight films of --seconds with `fakestormer bulk` on Ray with one worker and with two, and with one and two plain
`detect` processes; wall times need two idle cores, processor seconds hold on a busy machine too. "stores" lists 2,000
objects and reads 50 of 4 MiB from a local S3-compatible server (moto) through obstore and through pyarrow.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from fakestormer.bulk import BulkConfig, list_inputs, open_place
from fakestormer.bulk.board import Board
from fakestormer.bulk.plan import PLAN, ROWS_PER_PLAN, find_twins, write_plan
from fakestormer.bulk.remote import open_bucket
from fakestormer.bulk.schema import RESULT, from_parquet, rows_to_parquet
from fakestormer.bulk.scorer import Order, Scorer
from fakestormer.bulk.table import survey, write_table
from fakestormer.isolation import IsolatedDetector, Request

HERE = Path(__file__).parent
RUN = "from fakestormer.cli.main import main; main()"
FACE = {"face": 0, "decision": "real", "probability": 0.2, "log10_lr": -0.6, "score": 0.4, "start": 0.0, "end": 60.0}
PER_PART = 256


def measure_listing(folder: Path, entries: int) -> dict[str, Any]:
    """Seconds from a CSV of addresses to a manifest, and from there to the plan of the first run."""
    source, target = folder / "list.csv", folder / "manifest.parquet"
    with source.open("w") as file:
        file.write("uri,size,etag\n")
        file.writelines(
            f"s3://a-bucket/2026/{n % 365:03d}/video-{n:09d}.mp4,{n + 1000000},{n:032x}\n" for n in range(entries)
        )
    began = time.monotonic()
    list_inputs(str(source), target)
    listed = time.monotonic() - began
    began = time.monotonic()
    place = open_place(str(folder / "job"))
    manifest = from_parquet(str(target))
    twins = find_twins(manifest["size"])
    known = survey(place, len(manifest), twins)
    chosen = np.flatnonzero(known.codes == 0)
    chunks = write_plan(place, 1, _plan(manifest, chosen, twins), 200, len(chosen))
    return {
        "entries": entries,
        "list_seconds": round(listed, 1),
        "plan_seconds": round(time.monotonic() - began, 1),
        "chunks": len(chunks),
        "manifest_mib": round(target.stat().st_size / 2**20, 1),
    }


def _plan(manifest: Any, chosen: np.ndarray, twins: np.ndarray) -> Any:
    for start in range(0, len(chosen), ROWS_PER_PLAN):
        piece = chosen[start : start + ROWS_PER_PLAN]
        rows = manifest.take(pa.array(piece))
        zeros = np.zeros(len(piece), np.int32)
        columns = {name: rows[name] for name in ("id", "uri", "size", "etag")}
        yield pa.table(
            {"index": piece, **columns, "attempts": zeros, "deaths": zeros, "twin": twins[piece]}, schema=PLAN
        )


def measure_restart(folder: Path) -> dict[str, Any]:
    """Seconds until a killed job with a row for every entry knows that, and for the final table."""
    manifest = from_parquet(str(folder / "manifest.parquet"))
    place = open_place(str(folder / "job"))
    parts = folder / "job" / "runs" / "0001" / "parts"
    parts.mkdir(parents=True)
    for start in range(0, len(manifest), PER_PART):
        rows = manifest.slice(start, PER_PART).to_pylist()
        full = [{**_row(start + number), **row, "index": start + number} for number, row in enumerate(rows)]
        name = f"{start:012d}-{start + len(rows) - 1:012d}.parquet"
        (parts / name).write_bytes(rows_to_parquet(full))
    began = time.monotonic()
    known = survey(place, len(manifest), find_twins(from_parquet(str(folder / "manifest.parquet"))["size"]))
    seconds, missing = time.monotonic() - began, int((known.codes == 0).sum())
    began = time.monotonic()
    account = write_table(place, manifest, known)
    table = sum(path.stat().st_size for path in (folder / "job" / "table").iterdir())
    return {
        "done": len(manifest) - missing,
        "restart_seconds": round(seconds, 1),
        "table_seconds": round(time.monotonic() - began, 1),
        "table_bytes_per_row": round(table / len(manifest)),
        "holds": account.holds,
        "peak_memory_mib": _peak(),
    }


def _row(number: int) -> dict[str, Any]:
    """A row as an ordinary video of a minute gives it."""
    odd = number * 0.6180339887 % 1
    numbers = {"probability": odd, "prior": 0.5, "log10_lr": odd - 1, "score": odd, "duration": 60.0}
    counts = {"width": 1280, "height": 720, "num_frames": 1500, "num_faces": 1, "attempts": 1, "deaths": 0, "run": 1}
    hashes = dict.fromkeys(("weights_sha256", "rule_sha256", "settings_sha256"), "ab" * 32)
    hashes["sha256"] = hashlib.sha256(str(number).encode()).hexdigest()
    face = {**FACE, "score": odd, "num_clips": 60, "notes": ["blurred"], "segments": []}
    words = {"status": "ok", "decision": "real", "codec": "h264", "version": "0.2.0", "worker": "host-1"}
    spent = {"seconds": 60.0, "cpu_seconds": 59.0, "quarantined": False}
    row = {**numbers, **counts, **hashes, **words, **spent, "frame_rate": 25.0, "faces": [face], "notes": []}
    assert set(row) <= set(RESULT.names)
    return row


def measure_overhead(folder: Path, films: int, weights: Path | None) -> dict[str, Any]:
    """What a worker adds to an examination, and memory along the way."""
    films_folder = folder / "films"
    films_folder.mkdir()
    first = films_folder / "000000.mp4"
    subprocess.run(
        [sys.executable, str(HERE / "film.py"), str(first), "--seconds", "0.4", "--height", "240"], check=True
    )
    for number in range(1, films):
        (films_folder / f"{number:06d}.mp4").write_bytes(first.read_bytes() + bytes(number))  # of different sizes
    config = BulkConfig(weights=weights, device="cpu")
    with IsolatedDetector(config.isolation()) as detector:
        detector.start()
        alone = []
        for path in sorted(films_folder.iterdir()):
            with tempfile.TemporaryDirectory() as results:
                alone.append(detector.examine(Request(path, Path(results))).seconds)
    manifest_path = folder / "films.parquet"
    list_inputs(str(films_folder), manifest_path)
    manifest = from_parquet(str(manifest_path))
    place = open_place(str(folder / "scored"))
    chunks = write_plan(place, 1, _plan(manifest, np.arange(films), find_twins(manifest["size"])), 1, films)
    scorer = Scorer(Order(str(folder / "scored"), 1, config), Board())
    scorer._detector.start()
    began, used, memory = time.monotonic(), time.process_time(), []
    for chunk in chunks:
        scorer.work(chunk)
        memory.append(_resident())
    wall, processor = time.monotonic() - began, time.process_time() - used
    scorer.close()
    peaks = [row["peak_memory"] for name in place.names("runs") if "/parts/" in name for row in _rows(place, name)]
    return {
        "films": films,
        "child_alone_seconds": round(float(np.sum(alone)) / films, 4),
        "worker_seconds": round(wall / films, 4),
        "overhead_wall_ms": round(1000 * (wall - float(np.sum(alone))) / films, 1),
        "overhead_processor_ms": round(1000 * processor / films, 1),
        "worker_memory_mib": {"first_chunk": memory[0], "last_chunk": memory[-1]},
        "child_peak_mib": {"first_tenth": round(max(peaks[: films // 10]) / 2**20), "last": round(peaks[-1] / 2**20)},
    }


def _rows(place: Any, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = from_parquet(place.source(name), ["index", "peak_memory"]).to_pylist()
    return rows


def measure_scaling(folder: Path, seconds: float, weights: Path | None) -> dict[str, Any]:
    """Eight films by plain `detect`, one process and two, and by `bulk`, one worker and two: wall seconds of each
    command, and processor seconds a film, without starting and loading the model."""
    films = folder / "long"
    films.mkdir()
    for number in range(8):
        size = ["--seconds", str(seconds + 0.04 * number), "--height", "360"]
        subprocess.run([sys.executable, str(HERE / "film.py"), str(films / f"{number}.mp4"), *size], check=True)
    chosen = [] if weights is None else ["--weights", str(weights)]
    paths = sorted(map(str, films.iterdir()))

    def run(*groups: list[str]) -> tuple[float, float]:
        began, before = time.monotonic(), os.times()
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        each = [subprocess.Popen([sys.executable, "-c", RUN, *one, *chosen], env=environment) for one in groups]
        assert all(process.wait() == 0 for process in each)
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        return time.monotonic() - began, used

    measured = dict[str, Any]()
    for processes in (1, 2):
        _, loading = run(*(["detect", path] for path in paths[:processes]))
        wall, used = run(*(["detect", *paths[number::processes]] for number in range(processes)))
        measured[f"detect_{processes}"] = _scaled(wall, (used - loading) / (8 - processes))
    for workers in (1, 2):
        out = str(folder / f"out-{workers}")
        wall, _ = run(["bulk", str(films), out, "--workers", str(workers), "--min-workers", str(workers)])
        rows = from_parquet(out + "/table/000000.parquet", ["finished", "seconds", "cpu_seconds"]).to_pylist()
        ends = [row["finished"].timestamp() for row in rows]
        working = max(ends) - min(end - row["seconds"] for end, row in zip(ends, rows, strict=True))
        told = _scaled(wall, sum(row["cpu_seconds"] for row in rows) / len(rows))
        measured[f"bulk_{workers}"] = {**told, "working_seconds": round(working, 1)}
    return measured


def _scaled(wall: float, each: float) -> dict[str, float]:
    return {"wall_seconds": round(wall, 1), "processor_seconds_each": round(each, 2)}


def measure_stores() -> dict[str, Any]:
    """Seconds and processor seconds of this process for the same work through two libraries."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        named = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        os.environ.update({**named, "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"})
        _make_bucket(f"{endpoint}/bench")
        library, store = open_bucket("s3://bench")
        for number in range(2000):
            library.put(store, f"list/{number:05d}", b"x")
        for number in range(50):
            library.put(store, f"read/{number:05d}", os.urandom(4 << 20))
        return {"obstore": _through_obstore(library, store), "pyarrow": _through_arrow(port)}
    finally:
        server.kill()
        server.wait()


def _make_bucket(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(urllib.request.Request(address, method="PUT"), timeout=10).close()
        except OSError:  # noqa: PERF203 - until it answers
            time.sleep(0.2)
        else:
            return


def _through_obstore(library: Any, store: Any) -> dict[str, float]:
    def listed() -> None:
        assert sum(map(len, library.list(store, prefix="list"))) == 2000

    def read() -> None:
        for number in range(50):
            pieces = library.get(store, f"read/{number:05d}").stream(min_chunk_size=1 << 20)
            assert sum(len(bytes(piece)) for piece in pieces) == 4 << 20

    return {**_timed("list", listed), **_timed("read", read)}


def _through_arrow(port: int) -> dict[str, float]:
    import pyarrow.fs

    there: Any = pyarrow.fs.S3FileSystem(
        access_key="a",
        secret_key="b",
        endpoint_override=f"127.0.0.1:{port}",
        scheme="http",
        region="us-east-1",
        request_timeout=120,
    )

    def listed() -> None:
        assert len(there.get_file_info(pyarrow.fs.FileSelector("bench/list", recursive=True))) == 2000

    def read() -> None:
        for number in range(50):
            with there.open_input_stream(f"bench/read/{number:05d}") as stream:
                assert sum(len(piece) for piece in iter(lambda: stream.read(1 << 20), b"")) == 4 << 20

    return {**_timed("list", listed), **_timed("read", read)}


def _timed(name: str, work: Callable[[], None]) -> dict[str, float]:
    began, used = time.monotonic(), time.process_time()
    work()
    took = {f"{name}_seconds": time.monotonic() - began, f"{name}_processor_seconds": time.process_time() - used}
    return {key: round(value, 2) for key, value in took.items()}


def _resident() -> int:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return round(int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS"))) / 1024)


def _peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Prints the figures of the chosen parts."""
    parser = argparse.ArgumentParser(description="Measure bulk jobs.")
    parser.add_argument("--parts", default="list,restart,overhead,scaling,stores")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--films", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--weights", type=Path)
    options = parser.parse_args()
    parts, measured = options.parts.split(","), dict[str, Any]()
    with tempfile.TemporaryDirectory(prefix="fakestormer-benchmark-") as name:
        folder = Path(name)
        if "list" in parts or "restart" in parts:
            measured["list"] = measure_listing(folder, options.entries)
        if "restart" in parts:
            measured["restart"] = measure_restart(folder)
        if "overhead" in parts:
            measured["overhead"] = measure_overhead(folder, options.films, options.weights)
        if "scaling" in parts:
            measured["scaling"] = measure_scaling(folder, options.seconds, options.weights)
        if "stores" in parts:
            measured["stores"] = measure_stores()
    print(json.dumps({"load": os.getloadavg()[0], **measured}, indent=2))


if __name__ == "__main__":
    main()
