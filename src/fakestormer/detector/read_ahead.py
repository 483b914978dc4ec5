"""Two stages at once: one thread makes the next values while another uses the last ones."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

Value = TypeVar("Value")
PATIENCE = 0.1  # seconds between looks whether anybody still wants the values


def read_ahead(values: Iterable[Value], most: int) -> Generator[Value, None, None]:
    """The same values in the same order, made in a thread of their own, at most `most` of them ahead.

    An exception that making them raises comes out here, behind the values before it. When this iterator is closed, the
    thread ends before the next value.
    """
    made: queue.Queue[tuple[Value, ...] | BaseException] = queue.Queue(most)
    closed = threading.Event()

    def offer(item: tuple[Value, ...] | BaseException) -> bool:
        while not closed.is_set():
            try:
                made.put(item, timeout=PATIENCE)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for value in values:
                if not offer((value,)):
                    return
            offer(())
        except BaseException as error:
            offer(error)

    maker = threading.Thread(target=make, name="read ahead", daemon=True)
    maker.start()
    try:
        while item := made.get():
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        closed.set()
        maker.join()
