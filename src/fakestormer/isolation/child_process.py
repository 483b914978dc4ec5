"""One child process as its parent holds it: started, asked, listened to, killed, and the cause of its death."""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakestormer.isolation.config import IsolationConfig, Limits
from fakestormer.isolation.messages import (
    Ending,
    Examination,
    Progress,
    Readiness,
    Request,
    answer_from_fields,
    request_to_fields,
    to_line,
)
from fakestormer.types import ConfigError

Observer = Callable[[Progress], None]
START_SECONDS = 300.0
LONGEST_MESSAGE = 1 << 20  # bytes; a child that says more at once was taken over by its file
NEAR_LIMIT = 0.85  # of the memory limit: a native crash up here is put down to memory
# What the libraries of the child may need to know; a server's secrets are not among it.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "TZ", "VIRTUAL_ENV")
PASSED_ON_PREFIXES = (
    *("LC_", "PYTHON", "LD_", "CUDA", "NVIDIA", "XDG_", "FONTCONFIG"),
    *("MKL_", "OPENBLAS_", "GLIBC_", "OMP_WAIT_", "THP_"),
)
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
REAP_TRIES, REAP_PAUSE = 20, 0.1  # seconds


class ChildProcess:
    """One child process, from its start to its end."""

    def __init__(self, config: IsolationConfig) -> None:
        self._limits = config.limits
        self._answers, theirs = os.pipe()
        their_lifeline, self._lifeline = os.pipe()
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._unread = b""
        settings = {
            "own_weights": config.weights is not None,
            "limits_of_all": request_to_fields(Request(config.weights or Path(), Path()), config.limits),
            "run": {name: getattr(config, name) for name in ("device", "precision", "prior", "threads")},
        }
        module = "fakestormer.isolation.child"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(theirs), str(their_lifeline), json.dumps(settings, default=str)],
                stdin=subprocess.PIPE,
                stdout=self._noise,
                stderr=self._noise,
                pass_fds=(theirs, their_lifeline),
                env=_environment(config.threads),
                start_new_session=True,  # Ctrl-C at a terminal is answered by the parent
            )
        finally:
            os.close(theirs)
            os.close(their_lifeline)
        try:
            self.readiness = self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def examine(self, request: Request, limits: Limits, observe: Observer, cancelled: threading.Event) -> Examination:
        """How the request ended, death of the child included; the caller must not use the child after that."""
        assert self._process.stdin is not None
        deadline = time.monotonic() + (limits.seconds or float("inf"))
        absolute = dataclasses.replace(request, path=request.path.absolute(), folder=request.folder.absolute())
        try:
            self._process.stdin.write(to_line(request_to_fields(absolute, limits)))
            self._process.stdin.flush()
        except OSError:
            return self._post_mortem()
        while True:
            if cancelled.is_set():
                return Examination("cancelled", "the examination was cancelled", 0.0)
            if time.monotonic() >= deadline:
                sentence = f"the examination took longer than {limits.seconds:g} s: cut or reduce the video"
                return Examination("timeout", sentence, 0.0)
            message = self._next_message(min(0.2, max(0.0, deadline - time.monotonic())))
            if message is None:
                continue
            told = answer_from_fields(message)
            if told is None:
                return self._post_mortem()
            if isinstance(told, Examination):
                return told
            observe(told)

    def kill(self) -> None:
        """Ends the process, whatever it does, and frees what belongs to it."""
        self._process.kill()
        self._process.wait()
        for end in (self._process.stdin, self._noise):
            if end is not None:
                _close_quietly(end)
        for number in (self._answers, self._lifeline):
            os.close(number)

    def _wait_until_ready(self) -> Readiness:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            message = self._next_message(1.0)
            if message is None:
                continue
            if "ready" in message:
                fields = message["ready"]
                return Readiness(**{**fields, "confinement": tuple(fields["confinement"])})
            raise ConfigError(message.get("refused") or f"the child process could not start: {self._last_words()}")
        raise ConfigError(f"the child process was not ready after {START_SECONDS:g} s: the machine is overloaded")

    def _next_message(self, seconds: float) -> dict[str, Any] | None:
        """The next message; None where none came in time, an empty one where the child is gone or talks nonsense."""
        if b"\n" not in self._unread:
            if not select.select([self._answers], [], [], seconds)[0]:
                return None
            received = os.read(self._answers, 1 << 16)
            if not received:
                return {}
            self._unread += received
            if b"\n" not in self._unread:
                return None if len(self._unread) < LONGEST_MESSAGE else {}
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            message = json.loads(line)
        except ValueError:
            return {}
        return message if isinstance(message, dict) else {}

    def _post_mortem(self) -> Examination:
        """What the child died of, as far as the system tells; one that lives on talks nonsense, and is killed."""
        code, used = self._reap()
        peak, limit = used.ru_maxrss * 1024, self._limits.memory
        near = limit is not None and peak >= NEAR_LIMIT * limit
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        ending: Ending = "out_of_memory" if near or code == -signal.SIGKILL else "crashed"
        if ending == "crashed":
            sentence = f"the examination ended with {how}, as damaged or hostile files make decoders do"
        elif near:
            sentence = f"the examination ended with {how} at its memory limit: cut or reduce the video"
        else:
            sentence = "the examination was killed from outside, most likely because the machine ran out of memory"
        return Examination(ending, sentence, 0.0, used.ru_utime + used.ru_stime, peak)

    def _reap(self) -> tuple[int, resource.struct_rusage]:
        """Exit code and what the child used; a child that does not end by itself ends with SIGTERM."""
        for _ in range(REAP_TRIES):
            done, status, used = os.wait4(self._process.pid, os.WNOHANG)
            if done:
                break
            time.sleep(REAP_PAUSE)
        else:
            self._process.terminate()
            _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return self._process.returncode, used

    def _last_words(self) -> str:
        self._noise.seek(max(0, self._noise.seek(0, os.SEEK_END) - 4096))
        lines = self._noise.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _environment(threads: int) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith(PASSED_ON_PREFIXES)
    }
    return {**kept, **dict.fromkeys(THREAD_VARIABLES, str(threads))}


def _close_quietly(end: Any) -> None:
    try:
        end.close()
    except OSError:  # what was still to be written to a dead child
        return
