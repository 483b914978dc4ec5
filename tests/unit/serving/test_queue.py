"""The lease table: nothing lost, nothing twice, fair, and no clock is trusted."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from sqlalchemy import select
from tests.unit.serving.conftest import ENGINE

from fakestormer.serving.adopt import adopt_waiting
from fakestormer.serving.analyses import read_analysis
from fakestormer.serving.finish import fail, finish
from fakestormer.serving.keys import LOCAL
from fakestormer.serving.lease import LeaseWatch, beat, claim, count_death, give_back, tell_progress
from fakestormer.serving.submit import BATCH, LIVE, Settings, Upload, submit
from fakestormer.serving.tables import analyses, examinations

USUAL = Settings()


def put(database, name, owner="anna", priority=LIVE, settings=USUAL, engine=ENGINE):
    upload = Upload(name.ljust(64, "0"), 1, f"{name}.mp4", settings, priority)
    return submit(database, owner, upload, engine, None, lambda key: None)


def taken(database, engine=ENGINE):
    held = claim(database, engine)
    return held and held.sha256.rstrip("0")


def state_of(database, held):
    with database.read() as connection:
        return connection.execute(select(examinations.c.state).where(examinations.c.id == held.id)).scalar_one()


def test_owners_take_turns_and_live_work_goes_before_batch(database):
    for name in ("a1", "a2", "a3"):
        put(database, name, "anna")
    put(database, "b1", "ben")
    put(database, "c1", "carl", BATCH)
    assert [taken(database) for _ in range(6)] == ["a1", "b1", "a2", "a3", "c1", None]


def test_the_same_bytes_and_settings_are_examined_once(database):
    first, again = put(database, "a"), put(database, "a", "ben")
    other = put(database, "a", settings=Settings(thorough=True))
    assert len({first, again, other}) == 3
    assert [taken(database) for _ in range(3)] == ["a", "a", None]
    with database.read() as connection:
        assert list(connection.execute(select(analyses.c.cached).order_by(analyses.c.seq)).scalars()) == [
            False,
            True,
            False,
        ]


def test_a_worker_with_other_weights_takes_nothing(database):
    put(database, "a")
    assert taken(database, replace(ENGINE, weights_sha256="cd" * 32)) is None
    assert taken(database) == "a"


def test_what_waits_for_an_older_version_is_examined_by_the_new_one_once(database):
    newer = replace(ENGINE, version="2.0")
    old, both = put(database, "a"), put(database, "b")
    put(database, "b", engine=newer)
    assert adopt_waiting(database, newer) == 2
    assert adopt_waiting(database, newer) == 0
    assert [taken(database, newer) for _ in range(3)] == ["a", "b", None]
    assert {read_analysis(database, LOCAL, one)["version"] for one in (old, both)} == {"2.0"}


def test_two_workers_never_hold_one_file(database):
    for number in range(40):
        put(database, f"f{number}x")
    held, start = [], threading.Barrier(4)

    def work():
        start.wait()
        while (one := claim(database, ENGINE)) is not None:
            held.append(one.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == len(set(held)) == 40


def test_a_silent_worker_loses_its_file_and_can_no_longer_finish_it(database):
    put(database, "a")
    held, watch = claim(database, ENGINE), LeaseWatch(database, 0.1)
    assert watch.take_back_the_silent() == 0
    time.sleep(0.15)
    assert watch.take_back_the_silent() == 1
    second = claim(database, ENGINE)
    assert second.id == held.id
    assert not beat(database, held)
    assert not finish(database, held.id, held.lease, {}, "nowhere", 0.0)
    assert finish(database, second.id, second.lease, {"decision": "real"}, "somewhere", 0.0)


def test_a_worker_that_beats_keeps_its_file(database):
    put(database, "a")
    held, watch = claim(database, ENGINE), LeaseWatch(database, 0.1)
    for _ in range(4):
        assert watch.take_back_the_silent() == 0
        time.sleep(0.06)
        assert beat(database, held)
    assert tell_progress(database, held, "score", 50.0, {})


def test_a_clock_that_jumps_takes_no_file_from_a_living_worker(database, monkeypatch):
    put(database, "a")
    held, watch = claim(database, ENGINE), LeaseWatch(database, 60.0)
    assert watch.take_back_the_silent() == 0
    for jump in (-(10**6), 10**6):
        monkeypatch.setattr(time, "time", lambda jump=jump: 1.8e9 + jump)
        assert watch.take_back_the_silent() == 0
        assert beat(database, held)


def test_a_file_that_killed_twice_is_set_aside_and_told_why(database):
    put(database, "a")
    assert count_death(database, claim(database, ENGINE), "time-out", "it hangs", 0.0) == "queued"
    held = claim(database, ENGINE)
    assert held.attempts == 2
    assert count_death(database, held, "time-out", "it hangs", 0.0) == "failed"
    with database.read() as connection:
        row = connection.execute(select(examinations)).mappings().one()
    assert (row["problem"], row["detail"]) == ("time-out", "it hangs; tried 2 times and set aside")
    assert claim(database, ENGINE) is None


def test_a_worker_that_is_told_to_stop_costs_no_attempt(database):
    put(database, "a")
    for _ in range(5):
        held = claim(database, ENGINE)
        assert held.attempts == 1
        assert give_back(database, held)
    assert state_of(database, held) == "queued"


def test_a_failure_ends_everybodys_analysis(database):
    put(database, "a")
    put(database, "a", "ben")
    held = claim(database, ENGINE)
    assert fail(database, held.id, held.lease, "not-a-video", "it is text", 0.0)
    assert state_of(database, held) == "failed"
