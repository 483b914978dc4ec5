"""Ctrl-C, SIGTERM and SIGHUP: the first ends the work and keeps what is finished, a second ends the process at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked for the end; `number` is its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def signals_raised() -> Iterator[None]:
    """Inside, the first signal raises Interrupted. What the parent process had ignored (nohup) stays ignored."""
    before = _handlers()

    def interrupt(number: int, _frame: FrameType | None) -> None:
        _restore_defaults()
        raise Interrupted(number)

    try:
        for one, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(one, interrupt)
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Inside, the first signal waits for the end of the block, so that results are written; a second does not wait."""
    waiting: list[int] = []
    before = {one: handler for one, handler in _handlers().items() if callable(handler)}

    def note(number: int, _frame: FrameType | None) -> None:
        _restore_defaults()
        waiting.append(number)

    for one in before:
        signal.signal(one, note)
    try:
        yield
    finally:
        if not waiting:
            for one, handler in before.items():
                signal.signal(one, handler)
    if waiting:
        raise Interrupted(waiting[0])


def _handlers() -> dict[signal.Signals, Any]:
    """What answers each signal; nothing outside the main thread, where none can be answered."""
    mine = threading.current_thread() is threading.main_thread()
    return {one: signal.getsignal(one) for one in ENDING} if mine else {}


def _restore_defaults() -> None:
    for one in ENDING:
        if signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, signal.SIG_DFL)
