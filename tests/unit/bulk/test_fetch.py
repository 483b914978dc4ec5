"""Fetching over HTTP from a real server that has bad moments; the waits are counted, not waited."""

from __future__ import annotations

import functools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("pyarrow", reason="needs the extra bulk")
import pyarrow.parquet as pq

from fakestormer.bulk import list_inputs
from fakestormer.bulk.entries import Entry, entry_of_path
from fakestormer.bulk.fetch import WAITS, FetchError, local_file

CONTENT = b"a film" * 1000
BIG = 1 << 30


class Moody(BaseHTTPRequestHandler):
    """Answers by the path: /ok, /404, /503, /passing (503 twice), /short, /403."""

    asked: dict[str, int]

    def __init__(self, asked, *arguments):
        self.asked = asked
        super().__init__(*arguments)

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        what = self.path.strip("/").partition("?")[0].partition(".")[0]
        self.asked[what] = self.asked.get(what, 0) + 1
        failing = what.isdecimal() or (what == "passing" and self.asked[what] <= 2)
        self.send_response(503 if failing and what == "passing" else int(what) if failing else 200)
        content = b"" if failing else CONTENT
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"7"')
        self.end_headers()
        if body:
            self.wfile.write(content[: len(content) // 2] if what == "short" else content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    asked = {}
    serving = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Moody, asked))
    serving.daemon_threads = True
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}", asked
    serving.shutdown()
    serving.server_close()
    thread.join()


def fetched(entry, folder, most=BIG):
    """The content, and how often was waited; or the error in place of the content."""
    waits = []
    try:
        with local_file(entry, folder, most, waits.append) as path:
            return path.read_bytes(), len(waits)
    except FetchError as error:
        return error, len(waits)


def test_a_file_is_fetched_and_erased_again(server, tmp_path):
    assert fetched(Entry(f"{server[0]}/ok.mp4?signature=1", len(CONTENT), '"7"'), tmp_path) == (CONTENT, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_that_passes_costs_waiting_only(server, tmp_path):
    assert fetched(Entry(f"{server[0]}/passing"), tmp_path) == (CONTENT, 2)


@pytest.mark.parametrize(
    ("place", "status", "waited"),
    [
        ("404", "gone", 0),
        ("410", "gone", 0),
        ("403", "unavailable", 0),
        ("503", "unavailable", len(WAITS)),
        ("short", "unavailable", len(WAITS)),
    ],
)
def test_what_cannot_be_had_has_its_status_and_leaves_nothing(server, tmp_path, place, status, waited):
    error, waits = fetched(Entry(f"{server[0]}/{place}"), tmp_path)
    assert (error.status, waits) == (status, waited)
    assert server[1][place] == waited + 1
    assert list(tmp_path.iterdir()) == []


def test_another_version_than_was_listed_is_gone(server, tmp_path):
    error, _ = fetched(Entry(f"{server[0]}/ok", len(CONTENT), '"6"'), tmp_path)
    assert (error.status, error.sentence) == (
        "gone",
        'the file is not what was listed: its etag was "6", now it is "7"',
    )
    path = tmp_path / "a.mp4"
    path.write_bytes(b"one")
    entry = entry_of_path(path)
    path.write_bytes(b"three")
    error, _ = fetched(entry, tmp_path)
    assert error.status == "gone"
    assert path.exists()


def test_a_file_beyond_the_limit_is_not_fetched_whole(server, tmp_path):
    error, waits = fetched(Entry(f"{server[0]}/ok"), tmp_path, most=100)
    assert (error.status, waits) == ("too_large", 0)
    assert f"{len(CONTENT)} bytes, at most 100" in error.sentence


def test_nobody_there_is_unavailable_and_no_secret_is_told(tmp_path):
    error, waits = fetched(Entry("http://127.0.0.1:9/a.mp4?token=secret"), tmp_path)
    assert (error.status, waits) == ("unavailable", len(WAITS))
    assert "secret" not in error.sentence


def test_a_list_of_addresses_asks_each_for_size_and_etag(server, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("\n".join(f"{server[0]}/{name}" for name in ("ok", "404")))
    list_inputs(str(path), tmp_path / "m.parquet")
    rows = pq.read_table(tmp_path / "m.parquet").to_pylist()
    assert [(row["size"], row["etag"]) for row in rows] == [(len(CONTENT), '"7"'), (None, None)]
