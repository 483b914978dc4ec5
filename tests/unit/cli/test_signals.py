from __future__ import annotations

import signal
import subprocess
import sys

import pytest

WORK = """
import sys, time
from fakestormer.cli import main as command
from fakestormer.cli.signals import signals_deferred

def work(**_):
    try:
        print("at work", flush=True)
        while MODE != "writing":
            time.sleep(0.01)
    finally:
        with signals_deferred():
            print("writing", flush=True)
            while MODE == "endless":
                time.sleep(0.01)
            if MODE == "writing":
                sys.stdin.readline()
            print("written", flush=True)

command.app = work
command.main()
"""


def start(mode: str, before: str = "") -> subprocess.Popen[str]:
    command = ["sh", "-c", f'{before} exec "$@"', "sh", sys.executable, "-c", f"MODE = {mode!r}\n{WORK}"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_first_signal_ends_the_work_and_keeps_what_is_finished(number, code):
    process = start("work")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert out == "writing\nwritten\n"
    assert err == f"fakestormer: interrupted by {number.name}; finished results are kept\n"


def test_a_second_signal_ends_at_once():
    process = start("endless")
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (-signal.SIGINT, "")


def test_a_signal_while_results_are_written_waits_for_them():
    process = start("writing")
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate("\n", timeout=60)
    assert (process.returncode, out) == (143, "written\n")


def test_a_hangup_that_nohup_ignores_stays_ignored():
    process = start("work", before="trap '' HUP;")
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143
    process.communicate()
