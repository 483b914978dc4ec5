from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from fakestormer.detector.read_ahead import read_ahead


def test_values_come_in_order_and_no_more_are_made_than_are_held() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        for value in range(20):
            made.append(value)
            yield value

    values = read_ahead(make(), 2)
    taken = [next(values) for _ in range(3)]
    while len(made) < 6:  # 3 taken, 2 held, 1 waiting to be held
        time.sleep(0.01)
    time.sleep(0.05)
    assert len(made) == 6
    assert taken + list(values) == list(range(20))


def test_what_breaks_the_maker_comes_out_behind_the_values_before_it() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    values = read_ahead(make(), 4)
    assert next(values) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(values)


def test_closing_ends_the_thread_and_closes_what_it_read_from() -> None:
    closed = threading.Event()

    def make() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.set()

    before = threading.active_count()
    with closing(read_ahead(make(), 1)) as values:
        assert next(values) == 0
    assert closed.wait(5)
    assert threading.active_count() == before
