"""The store in a bucket, against a real server that speaks S3."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

pytest.importorskip("moto", reason="needs the extra dev")
pytest.importorskip("obstore", reason="needs the extra serve")

from fakestormer.serving.problems import ProblemError
from fakestormer.serving.store import open_store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bucket():
    """The address of an empty bucket, which environment variables lead to, and the server's process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-p", str(port), "-H", "127.0.0.1"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint, before = f"http://127.0.0.1:{port}", dict(os.environ)
    os.environ.update({"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})
    os.environ.update({"AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"})
    try:
        _make(f"{endpoint}/films", server)
        yield "s3://films/here", server
    finally:
        server.kill()
        server.wait()
        os.environ.clear()
        os.environ.update(before)


def _make(address, server):
    for _ in range(600):
        try:
            urllib.request.urlopen(urllib.request.Request(address, method="PUT"), timeout=10).close()
        except OSError:  # noqa: PERF203 - until it answers
            assert server.poll() is None
            time.sleep(0.1)
        else:
            return
    raise AssertionError(address)


def content(store, key):
    return b"".join(store.read(key))


def test_uploads_and_results_are_kept_read_and_erased(bucket, tmp_path):
    store = open_store(bucket[0])
    store.check()
    film = os.urandom(6 << 20)  # more than one part of an upload
    incoming = store.receive()
    for begin in range(0, len(film), 1 << 20):
        incoming.write(film[begin : begin + (1 << 20)])
    incoming.keep("media/ab/film")
    assert content(store, "media/ab/film") == film
    assert store.local_copy("media/ab/film", tmp_path).read_bytes() == film
    results = tmp_path / "results"
    (results / "frames").mkdir(parents=True)
    (results / "report.html").write_bytes(b"page")
    (results / "frames" / "0.jpg").write_bytes(b"picture")
    store.put_folder(results, "results/1")
    store.put_folder(results, "results/11")
    assert (content(store, "results/1/report.html"), content(store, "results/1/frames/0.jpg")) == (b"page", b"picture")
    store.erase("results/1")
    store.erase("media/ab/film")
    for gone in ("results/1/report.html", "results/1/frames/0.jpg", "media/ab/film"):
        with pytest.raises(FileNotFoundError):
            content(store, gone)
    assert content(store, "results/11/report.html") == b"page"


def test_an_upload_that_is_given_up_leaves_nothing(bucket):
    store = open_store(bucket[0])
    incoming = store.receive()
    incoming.write(b"half a film")
    incoming.discard()
    names = [one["path"] for page in store._library.list(store._store, "incoming/") for one in page]
    assert [name for name in names if not name.endswith("check")] == []


def test_a_bucket_that_does_not_answer_is_a_named_problem(bucket):
    store = open_store(bucket[0])
    bucket[1].kill()
    bucket[1].wait()
    with pytest.raises(ProblemError) as raised:
        store.check()
    assert raised.value.slug == "store-unavailable"
