"""The child process: loads the model once, then examines one file after the other until its parent is gone.

Started by `ChildProcess` as `python -m fakestormer.isolation.child`; requests come as lines on standard input,
answers go as lines to a pipe of their own, so that what libraries print harms nobody.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from typing import Any

from fakestormer.isolation.config import IsolationConfig, Limits
from fakestormer.isolation.confinement import die_with, leave_the_network, limit_resources, refuse_calls
from fakestormer.isolation.messages import Ending, Request, request_from_fields, to_line
from fakestormer.types import DataError, FakestormerError, VideoError

OUT_OF_MEMORY_WORDS = ("can't allocate memory", "not enough memory", "insufficient memory", "out of memory")


def main() -> None:
    """Serves requests; arguments are the pipe for answers, the lifeline, and the configuration as JSON."""
    answers, lifeline, settings = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    die_with(lifeline)
    first, limits = request_from_fields(settings["limits_of_all"])
    config = IsolationConfig(weights=first.path if settings["own_weights"] else None, limits=limits, **settings["run"])
    confinement = [*limit_resources(limits), *leave_the_network()]
    try:
        from fakestormer.detector import return_large_blocks
        from fakestormer.isolation.examine import Examiner

        return_large_blocks()
        examiner = Examiner(config)
    except FakestormerError as error:
        _tell(answers, {"refused": str(error)})
        return
    except Exception as error:
        _tell(answers, {"refused": _describe_start(error)})
        return
    confinement += refuse_calls()
    _tell(answers, {"ready": {**examiner.described(), "confinement": confinement, "process_id": os.getpid()}})
    for line in sys.stdin.buffer:
        request, limits = request_from_fields(json.loads(line))
        _tell(answers, {"ended": _examine(examiner, request, limits, answers)})


def _examine(examiner: Any, request: Request, limits: Limits, answers: int) -> dict[str, Any]:
    """How it ended, in the fields of `Examination`; whatever the file does to the libraries becomes an ending."""
    from fakestormer.isolation.examine import LimitError

    started, used = time.monotonic(), time.process_time()
    ending: Ending = "done"
    detail: str | None = None
    notes: tuple[str, ...] = ()
    try:
        notes = examiner.examine(request, limits, lambda fields: _tell(answers, {"progress": fields}))
    except LimitError as error:
        ending, detail = error.ending, error.sentence
    except VideoError as error:
        ending, detail = "unreadable", str(error)
    except (DataError, OSError) as error:
        ending, detail = "unwritable", str(error)
    except Exception as error:
        ending, detail = _classify(error)
        traceback.print_exc()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    took = {"seconds": time.monotonic() - started, "cpu_seconds": time.process_time() - used, "peak_memory": peak}
    return {"ending": ending, "detail": detail, "notes": notes, **took}


def _classify(error: Exception) -> tuple[Ending, str]:
    words = str(error).lower()
    if isinstance(error, MemoryError) or any(part in words for part in OUT_OF_MEMORY_WORDS):
        return "out_of_memory", "the examination needed more memory than it may use: cut or reduce the video"
    kind, said = type(error).__name__, str(error).splitlines()[:1]
    return (
        "crashed",
        f"the examination failed ({kind}: {said[0][:200] if said else 'no message'}): report this as a bug",
    )


def _describe_start(error: Exception) -> str:
    ending, sentence = _classify(error)
    if ending == "out_of_memory":
        return "the memory limit is too low to load the model: raise it"
    return f"the child process could not load the detector: {sentence}"


def _tell(answers: int, message: dict[str, Any]) -> None:
    line = memoryview(to_line(message))
    while line:
        line = line[os.write(answers, line) :]


if __name__ == "__main__":
    main()
