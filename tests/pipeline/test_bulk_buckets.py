"""Buckets of an S3-compatible server that runs as a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="needs the extra bulk")
pytest.importorskip("moto", reason="needs the extra dev")
import obstore
import pyarrow.parquet as pq
from tests.bulk_parts import InThisProcess, by_name, comparable, make_eight, opened

from fakestormer.bulk import BulkConfig, list_inputs, open_place, read_status, run_job
from fakestormer.bulk.entries import Entry
from fakestormer.bulk.fetch import FetchError, local_file
from fakestormer.bulk.remote import open_bucket
from fakestormer.bulk.schema import from_parquet
from fakestormer.types import DataError


@pytest.fixture(scope="module")
def bucket():
    """The address of an empty bucket, which environment variables lead to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-p", str(port), "-H", "127.0.0.1"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}"
    named = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    before = dict(os.environ)
    os.environ.update({**named, "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"})
    open_bucket.cache_clear()
    try:
        make_bucket(f"{endpoint}/films", server)
        yield "s3://films"
    finally:
        server.kill()
        server.wait()
        os.environ.clear()
        os.environ.update(before)
        open_bucket.cache_clear()


def make_bucket(address, server):
    for _ in range(600):
        try:
            urllib.request.urlopen(urllib.request.Request(address, method="PUT"), timeout=10).close()
        except OSError:  # noqa: PERF203 - until it answers
            assert server.poll() is None
            time.sleep(0.1)
        else:
            return
    raise AssertionError(address)


def put(bucket, key, content):
    obstore.put(open_bucket(bucket)[1], key, content)


def test_a_prefix_and_a_pattern_are_listed_and_resumed(bucket, tmp_path):
    for key in ("l/a.mp4", "l/b c#1?.mov", "l/d/e.mp4", "l/notes.txt", "lx/other.mp4"):
        put(bucket, key, key.encode())
    target = tmp_path / "m.parquet"
    list_inputs(f"{bucket}/l", target)
    rows = pq.read_table(target).to_pylist()
    assert [row["uri"] for row in rows] == [f"{bucket}/l/{key}" for key in ("a.mp4", "b c#1?.mov", "d/e.mp4")]
    assert all(row["size"] and row["etag"] for row in rows)
    list_inputs(f"{bucket}/l/**/e.*", target)
    assert [row["uri"] for row in pq.read_table(target).to_pylist()] == [f"{bucket}/l/d/e.mp4"]


def test_an_object_is_fetched_by_its_version_and_its_odd_name(bucket, tmp_path):
    put(bucket, "f/b c#1?.mov", b"one")
    list_inputs(f"{bucket}/f", tmp_path / "m.parquet")
    (row,) = pq.read_table(tmp_path / "m.parquet").to_pylist()
    entry = Entry(row["uri"], row["size"], row["etag"])
    with local_file(entry, tmp_path, 100) as path:
        assert path.read_bytes() == b"one"
    put(bucket, "f/b c#1?.mov", b"two")
    with pytest.raises(FetchError, match="is not what was listed") as raised, local_file(entry, tmp_path, 100):
        pass
    assert raised.value.status == "gone"
    with pytest.raises(FetchError) as raised, local_file(Entry(f"{bucket}/f/none"), tmp_path, 100):
        pass
    assert raised.value.status == "gone"


def test_a_bucket_that_is_not_there_is_one_sentence(bucket, tmp_path):
    with pytest.raises(DataError, match="s3://nowhere/x cannot be listed") as raised:
        list_inputs("s3://nowhere/x", tmp_path / "m.parquet")
    assert "\n" not in str(raised.value)
    with pytest.raises(DataError, match="s3://nowhere/x does not answer"):
        open_place("s3://nowhere/x").write("a", b"1")


@pytest.mark.slow
def test_a_job_from_bucket_to_bucket_that_was_killed_ends_as_one_on_disk(bucket, tmp_path, good, weights):
    films = make_eight(tmp_path / "films", good)
    (films / "lost.mp4").unlink()
    for path in films.iterdir():
        put(bucket, f"in/{path.name}", path)
    config = BulkConfig(weights=weights, device="cpu", pixels=300_000, seconds=120.0, reports=True)
    output = f"{bucket}/out"

    def die(number):
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(f"{bucket}/in", output, config, opened(InThisProcess(die)))
    place = open_place(output)
    assert read_status(place).state == "stopped"
    account = run_job(f"{bucket}/in", output, config, opened(InThisProcess()))
    assert (account.total, account.holds, account.num_duplicates) == (7, True, 1)
    rows = [row for name in place.names("table") for row in from_parquet(place.source(name)).to_pylist()]
    run_job(str(films), str(tmp_path / "out"), config, opened(InThisProcess()))
    on_disk = pq.read_table(tmp_path / "out" / "table").to_pylist()
    assert [Path(row["uri"]).name for row in rows] == [Path(row["uri"]).name for row in on_disk]
    own = ("id", "uri", "etag", "duplicate_of", "report", "index")
    for one, other in zip(comparable(rows), comparable(on_disk), strict=True):
        assert {k: v for k, v in one.items() if k not in own} == {k: v for k, v in other.items() if k not in own}
    assert place.read(by_name(rows)["a good.mp4"]["report"])
    assert place.names("runs") == []
    assert b"7 files, one row each" in place.read("summary.html")
