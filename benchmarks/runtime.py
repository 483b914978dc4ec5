"""Seconds, processor seconds and memory of `detect` with its reports, for several settings in turn, as JSON.

python benchmarks/runtime.py [VIDEO ...] [--threads 1 2] [--runtimes torch openvino] [--precisions float32]
    [--repeats 3] [--busy 8] [--against CHECKOUT] [--out FOLDER]

Every run is a process of its own, and the settings take turns, so that a machine that grows busier slows all of them.
Judge by `ratio_to_first`, the median of the ratios to the first setting within each turn; seconds alone say more about
the day than about the code. `--busy` keeps so many other processes busy meanwhile. `--against` measures another
checkout of this repository as well, with its own weights and default settings. Without VIDEO a film of ten seconds at
1280 x 720 is made. `--out` keeps the JSON as DATE-MACHINE.json.

`load` is from the start of the process to the loaded model, `detect` one video, `again` the same video once more in the
same process (what each further file costs), `report` JSON and page.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MEASURES = ("load", "detect", "again", "report")


def measure_here(video: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """The numbers of one run in this process; settings that the code does not know are left to its default."""
    start, seconds, busy = time.perf_counter(), {}, {}
    import resource
    from dataclasses import fields

    from fakestormer.detector import Detector, DetectorConfig
    from fakestormer.report import write_html, write_json

    try:
        from fakestormer.detector import return_large_blocks, use_threads

        use_threads(settings.get("threads"))
        return_large_blocks()
    except ImportError:  # an older checkout
        pass
    known = {field.name for field in fields(DetectorConfig)}
    config = DetectorConfig(device="cpu", **{name: value for name, value in settings.items() if name in known})
    detector = Detector.load(None, config)
    marks = [(time.perf_counter(), time.process_time())]
    seconds["load"], busy["load"] = marks[0][0] - start, marks[0][1]

    def mark(name: str) -> None:
        marks.append((time.perf_counter(), time.process_time()))
        seconds[name], busy[name] = (now - before for now, before in zip(marks[-1], marks[-2], strict=True))

    verdict = detector.detect(video)
    mark("detect")
    detector.detect(video)
    mark("again")
    with tempfile.TemporaryDirectory() as folder:
        write_json(verdict, Path(folder) / "verdict.json")
        write_html(verdict, Path(folder) / "report.html")
    mark("report")
    return {
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "processor_seconds": {name: round(value, 3) for name, value in busy.items()},
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "decision": verdict.decision.value,
        "logits": [face.logit for face in verdict.faces],
        "num_clips": sum(len(face.clips) for face in verdict.faces),
        "device": verdict.provenance.device,
        "device_class": getattr(verdict.provenance, "device_class", ""),
    }


def measure_apart(video: Path, settings: dict[str, Any], checkout: Path | None) -> dict[str, Any]:
    """`measure_here` in a process of its own, as the command line sets it up."""
    environment = {"OMP_WAIT_POLICY": "PASSIVE", "THP_MEM_ALLOC_ENABLE": "1", **os.environ}
    if checkout is not None:  # as it was
        environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    command = [sys.executable, str(HERE / "runtime.py"), str(video), "--here", json.dumps(settings)]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    measured: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return measured


def compare(video: Path, variants: list[dict[str, Any]], repeats: int, against: Path | None) -> list[dict[str, Any]]:
    """Each variant's runs, their medians and the ratios to the first variant, the turns taken in order."""
    asked = [(json.dumps(variant), variant, None) for variant in variants]
    if against is not None:
        asked.append((f"checkout {against.name}", {}, against))
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name, _, _ in asked}
    for _ in range(repeats):
        for name, settings, checkout in asked:
            runs[name].append(measure_apart(video, settings, checkout))
    first = runs[asked[0][0]]
    return [
        {
            "settings": name,
            **{key: _medians(runs[name], key) for key in ("seconds", "processor_seconds")},
            "ratio_to_first": {key: _ratios(runs[name], first, key) for key in ("seconds", "processor_seconds")},
            "peak_memory_mib": max(run["peak_memory_mib"] for run in runs[name]),
            "largest_logit_difference_to_first": _difference(runs[name][0]["logits"], first[0]["logits"]),
            **{key: runs[name][0][key] for key in ("decision", "num_clips", "device", "device_class")},
        }
        for name, _, _ in asked
    ]


def _medians(runs: list[dict[str, Any]], key: str) -> dict[str, float]:
    return {name: round(statistics.median(run[key][name] for run in runs), 3) for name in MEASURES}


def _ratios(runs: list[dict[str, Any]], first: list[dict[str, Any]], key: str) -> dict[str, float]:
    pairs = list(zip(runs, first, strict=True))
    return {
        name: round(statistics.median(run[key][name] / one[key][name] for run, one in pairs), 3) for name in MEASURES
    }


def _difference(logits: list[float], first: list[float]) -> float | None:
    if len(logits) != len(first):
        return None
    return max((abs(one - other) for one, other in zip(logits, first, strict=True)), default=0.0)


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{named or platform.machine()}, {len(os.sched_getaffinity(0))} cores"


def main() -> None:
    """Prints the JSON."""
    parser = argparse.ArgumentParser(description="Compare settings of detection by time and memory.")
    parser.add_argument("videos", type=Path, nargs="*")
    parser.add_argument("--threads", type=int, nargs="+", default=[len(os.sched_getaffinity(0))])
    parser.add_argument("--runtimes", nargs="+", default=["torch"])
    parser.add_argument("--precisions", nargs="+", default=["float32"])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--busy", type=int, default=0, help="other processes to keep busy")
    parser.add_argument("--against", type=Path, help="another checkout, with weights of its own")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--here", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here is not None:
        print(json.dumps(measure_here(given.videos[0], json.loads(given.here))))
        return
    names = ("threads", "runtime", "precision")
    variants = [
        dict(zip(names, values, strict=True))
        for values in itertools.product(given.threads, given.runtimes, given.precisions)
    ]
    load = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(given.busy)]
    try:
        with tempfile.TemporaryDirectory() as folder:
            videos = given.videos or [Path(folder) / "film.mp4"]
            if not given.videos:
                film = [sys.executable, str(HERE / "film.py"), str(videos[0]), "--seconds", "10", "--height", "720"]
                subprocess.run(film, check=True)
            found = {video.name: compare(video, variants, given.repeats, given.against) for video in videos}
    finally:
        for process in load:
            process.kill()
            process.wait()
    result = {"machine": _machine(), "date": date.today().isoformat(), "other_busy_processes": given.busy, **found}
    text = json.dumps(result, indent=1)
    print(text)
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9]+", "-", _machine()).strip("-")
        (given.out / f"{date.today().isoformat()}-{name}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
