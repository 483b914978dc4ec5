"""The API over real sockets: who may do what, what is refused and how, and what an upload cannot do."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import replace

import pytest
from tests.unit.serving.conftest import ENGINE

from fakestormer.serving import ServiceLimits, add_key, revoke_key
from fakestormer.serving.finish import finish
from fakestormer.serving.keeper import empty_the_garbage
from fakestormer.serving.lease import claim
from fakestormer.serving.upload import clean_name

SUMMARY = {
    "decision": "fake",
    "probability": 0.9,
    "log10_lr": None,
    "reason": None,
    "duration": 1.0,
    "width": 8,
    "height": 8,
    "faces": [],
    "frames": [],
    "notes": [],
    "seconds": 1.0,
    "peak_memory": 1,
}
CUT_FORM = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncut'
PAGE = "<p>fakestormer-name-of-the-file</p>"


def play_the_worker(client, tmp_path):
    """Finishes the next examination with results that hold nothing but a name."""
    held = claim(client.service.database, ENGINE)
    folder = tmp_path / held.lease
    folder.mkdir()
    (folder / "report.html").write_text(PAGE)
    (folder / "verdict.json").write_text('{"path": "fakestormer-name-of-the-file"}')
    results = f"results/{held.id}/{held.lease}"
    client.service.store.put_folder(folder, results)
    assert finish(client.service.database, held.id, held.lease, SUMMARY, results, 0.0)


def files_in(client):
    root = client.service.config.data / "store"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_raw_and_multipart_bodies_are_one_file(client):
    raw = client.post(b"film" * 9, "/v1/analyses?name=caf%C3%A9.mp4")
    assert raw.status == 202
    assert raw.headers["location"] == f"/v1/analyses/{raw.json['id']}"
    assert raw.headers["retry-after"]
    assert (raw.json["state"], raw.json["name"], raw.json["cached"]) == ("queued", "caf\xe9.mp4", False)
    form = client.form(b"film" * 9, "b.mp4")
    assert (form.status, form.json["cached"], form.json["name"]) == (202, True, "b.mp4")
    assert form.json["sha256"] == raw.json["sha256"]
    assert files_in(client) == [f"media/{raw.json['sha256'][:2]}/{raw.json['sha256']}"]


def test_a_finished_analysis_is_read_in_every_form_with_each_ones_own_name(client, tmp_path):
    mine = client.post(b"film", "/v1/analyses?name=%3Cb%3Emine%22.mp4").json["id"]
    client.post(b"film", "/v1/analyses?name=yours.mp4")
    assert client.get(f"/v1/analyses/{mine}/report.html").problem == "not-ready"
    play_the_worker(client, tmp_path)
    told = client.get(f"/v1/analyses/{mine}").json
    assert (told["state"], told["verdict"]["decision"]) == ("done", "fake")
    page = client.get(told["links"]["html"])
    assert page.body == b"<p>&lt;b&gt;mine&quot;.mp4</p>"
    assert "sandbox" in page.headers["content-security-policy"]
    assert client.get(told["links"]["json"]).json == {"path": '<b>mine".mp4'}
    third = client.post(b"film", "/v1/analyses?name=third.mp4")
    assert (third.status, third.json["state"], third.json["cached"]) == (200, "done", True)


def test_an_idempotency_key_submits_once(client):
    first = client.post(b"film", Idempotency_Key="k1").json["id"]
    assert client.post(b"film", Idempotency_Key="k1").json["id"] == first
    assert client.post(b"other", Idempotency_Key="k1").problem == "idempotency-mismatch"
    assert len(client.get("/v1/analyses").json["items"]) == 1


def test_lists_are_paged_filtered_and_searched(client):
    for number in range(5):
        client.post(b"%d" % number, f"/v1/analyses?name=film_{number}.mp4")
    first = client.get("/v1/analyses?limit=2").json
    second = client.get(f"/v1/analyses?limit=2&cursor={first['next']}").json
    third = client.get(f"/v1/analyses?limit=2&cursor={second['next']}").json
    names = [one["name"] for page in (first, second, third) for one in page["items"]]
    assert names == [f"film_{number}.mp4" for number in (4, 3, 2, 1, 0)]
    assert third["next"] is None
    assert [one["name"] for one in client.get("/v1/analyses?search=M_3").json["items"]] == ["film_3.mp4"]
    assert client.get("/v1/analyses?search=%25").json["items"] == []
    assert client.get("/v1/analyses?state=done").json["items"] == []
    assert len(client.get("/v1/analyses?state=queued").json["items"]) == 5
    for broken in ("x", "djE6", "djE6LTE", "%00"):
        assert client.get(f"/v1/analyses?cursor={broken}").problem == "invalid"


def test_erasing_leaves_a_tombstone_and_nothing_of_the_content(client, tmp_path):
    mine, yours = (client.post(b"film", f"/v1/analyses?name={name}.mp4").json["id"] for name in ("mine", "yours"))
    play_the_worker(client, tmp_path)
    assert client.ask("DELETE", f"/v1/analyses/{mine}").status == 204
    told = client.get(f"/v1/analyses/{mine}").json
    assert (told["state"], told["name"], told["sha256"], told["verdict"]) == ("expired", "", None, None)
    assert told["erased"].endswith("Z")
    assert client.get(f"/v1/analyses/{mine}/report.html").problem == "gone"
    empty_the_garbage(client.service.database, client.service.store)
    assert client.get(f"/v1/analyses/{yours}/report.html").status == 200  # still needed
    assert client.ask("DELETE", f"/v1/analyses/{yours}").status == 204
    assert client.ask("DELETE", f"/v1/analyses/{yours}").status == 204
    empty_the_garbage(client.service.database, client.service.store)
    assert files_in(client) == []


def test_erasing_what_is_being_examined_takes_it_from_the_worker(client):
    mine = client.post(b"film").json["id"]
    held = claim(client.service.database, ENGINE)
    assert client.ask("DELETE", f"/v1/analyses/{mine}").status == 204
    assert client.get(f"/v1/analyses/{mine}").json["state"] == "cancelled"
    assert not finish(client.service.database, held.id, held.lease, SUMMARY, "results/x", 0.0)


def test_bytes_that_come_back_after_erasure_are_kept(client):
    first = client.post(b"film").json["id"]
    client.ask("DELETE", f"/v1/analyses/{first}")
    client.post(b"film")
    empty_the_garbage(client.service.database, client.service.store)
    assert len(files_in(client)) == 1


def test_events_tell_the_whole_analysis_and_go_on_where_they_were_left(client, tmp_path):
    mine = client.post(b"film").json["id"]
    play_the_worker(client, tmp_path)
    answer = client.get(f"/v1/analyses/{mine}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    fields = dict(line.split(": ", 1) for line in answer.body.decode().splitlines() if ": " in line)
    assert json.loads(fields["data"])["state"] == "done"
    again = client.get(f"/v1/analyses/{mine}/events", Last_Event_ID=fields["id"])
    assert json.loads(again.body.decode().split("data: ")[1].splitlines()[0])["state"] == "done"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\films\\a.mp4", "a.mp4"),
        ("a\r\nSet-Cookie: x.mp4", "aSet-Cookie: x.mp4"),
        ("\u202egpj.mp4\x00\x1b[31m", "gpj.mp4[31m"),
        ("", "video"),
        ("...", "..."),
        ("\ud800", "video"),
        ("x" * 5000, "x" * 200),
    ],
)
def test_a_name_is_shown_without_what_it_could_do(given, shown):
    assert clean_name(given) == shown


class TestKeys:
    @pytest.fixture
    def keyed(self, client):
        add = lambda name, *roles: replace(client, key=add_key(client.service.database, name, roles))  # noqa: E731
        client.add = add
        return client

    def test_without_any_key_this_machine_may_do_all_and_with_one_a_key_is_needed(self, keyed):
        assert keyed.get("/v1/analyses").status == 200
        anna = keyed.add("anna", "submit", "read")
        assert keyed.get("/v1/analyses").problem == "key-missing"
        assert keyed.get("/v1/analyses").headers["www-authenticate"] == "Bearer"
        assert anna.get("/v1/analyses").status == 200
        assert replace(anna, key=anna.key + "x").get("/v1/analyses").problem == "key-unknown"
        assert keyed.get("/healthz").status == 200

    def test_an_id_of_another_key_is_not_there(self, keyed, tmp_path):
        anna, ben, boss = keyed.add("a", "submit", "read"), keyed.add("b", "submit", "read"), keyed.add("c", "admin")
        mine = anna.post(b"film").json["id"]
        play_the_worker(keyed, tmp_path)
        for path in ("", "/report.html", "/report.json", "/report.pdf", "/frames/0.jpg", "/overlay.mp4", "/events"):
            assert ben.get(f"/v1/analyses/{mine}{path}").problem == "not-found"
        assert ben.ask("DELETE", f"/v1/analyses/{mine}").problem == "not-found"
        assert ben.get("/v1/analyses").json["items"] == []
        assert boss.get(f"/v1/analyses/{mine}").status == 200
        assert anna.get(f"/v1/analyses/{mine}").json["state"] == "done"

    def test_roles_are_kept_apart_and_a_revoked_key_is_none(self, keyed):
        reader, writer = keyed.add("r", "read"), keyed.add("w", "submit")
        assert reader.post(b"film").problem == "role-missing"
        assert writer.post(b"film").status == 202
        assert writer.get("/v1/analyses").problem == "role-missing"
        assert revoke_key(keyed.service.database, reader.key.split("_")[1]) == 1
        assert revoke_key(keyed.service.database, writer.key.split("_")[1]) == 1
        assert reader.get("/v1/analyses").problem == "key-unknown"
        assert keyed.get("/v1/analyses").problem == "key-missing"  # the last key gone opens nothing

    def test_no_key_is_kept_as_it_is(self, keyed):
        anna = keyed.add("anna", "read")
        secret = anna.key.split("_", 2)[2].encode()
        assert not any(secret in path.read_bytes() for path in keyed.service.config.data.rglob("service.db*"))

    def test_the_key_is_asked_for_before_the_body_is_read(self, keyed):
        keyed.add("anna", "submit")
        with socket.create_connection(("127.0.0.1", keyed.port), timeout=10) as plain:
            plain.sendall(b"POST /v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
            assert plain.recv(4096).startswith(b"HTTP/1.1 401")
        assert files_in(keyed) == []


def test_the_rate_limit_lets_exactly_so_many_through_at_once(open_client, config):
    client = open_client(replace(config, limits=replace(config.limits, submissions=7)))
    while time.time() % 60 > 50:  # all of it within one minute of the clock
        time.sleep(0.5)
    answers = []
    threads = [threading.Thread(target=lambda n=n: answers.append(client.post(b"%d" % n))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status for one in answers) == [202] * 7 + [429] * 13
    refused = next(one for one in answers if one.status == 429)
    assert refused.problem == "too-many-requests"
    assert 0 < int(refused.headers["retry-after"]) <= 60


def test_a_full_queue_is_said_before_the_body_is_read(open_client, config):
    client = open_client(replace(config, limits=replace(config.limits, queue=2)))
    assert [client.post(b"%d" % number).status for number in range(3)] == [202, 202, 503]
    assert client.post(b"9").problem == "queue-full"


def test_a_body_over_the_limit_is_refused_at_once_or_while_it_comes(client):
    assert client.post(b"x" * (4 << 20)).problem == "too-large"
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as plain:
        head = b"POST /v1/analyses HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        plain.sendall(head)
        sent = 0
        try:
            while sent < 400 << 20:
                plain.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                sent += 0x10000
        except OSError:  # the connection was ended
            pass
        assert sent < 100 << 20
    assert files_in(client) == []


def test_a_client_that_trickles_or_leaves_takes_nothing_with_it(client):
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as plain:
        plain.sendall(b"POST /v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc")
        assert plain.recv(4096).startswith(b"HTTP/1.1 408")
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as plain:
        plain.sendall(b"POST /v1/analyses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc")
    for _ in range(100):
        if not files_in(client):
            break
        time.sleep(0.05)
    assert files_in(client) == []
    assert client.get("/v1/analyses").json["items"] == []


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        (b"", "application/octet-stream", "no-file"),
        (b"--edge--\r\n", "multipart/form-data; boundary=edge", "no-file"),
        (b"abc", "multipart/form-data", "bad-request"),
        (b"nothing of a form", "multipart/form-data; boundary=edge", "bad-request"),
        (CUT_FORM, "multipart/form-data; boundary=edge", "bad-request"),
        (b"--edge\r\n" + b"A: b\r\n" * 100, "multipart/form-data; boundary=edge", "bad-request"),
        (b"--edge\r\nA: " + b"b" * 20000, "multipart/form-data; boundary=edge", "bad-request"),
    ],
)  # fmt: skip
def test_a_body_without_a_file_is_a_named_problem(client, body, kind, problem):
    assert client.post(body, Content_Type=kind).problem == problem
    assert files_in(client) == []


def test_other_sites_and_other_names_are_refused(client):
    for header in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": "null"}):
        assert client.post(b"film", **header).problem == "cross-site"
    assert client.get("/v1/analyses", Host="evil.example").problem == "wrong-host"
    assert client.post(b"film", Origin=f"http://127.0.0.1:{client.port}").status == 202


def test_every_answer_carries_the_headers_that_confine_a_page(client):
    for path in ("/", "/v1/analyses", "/nothing", "/static/page.js"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_webhooks_are_refused_unless_switched_on_and_never_private(open_client, config):
    off = open_client(config)
    assert off.post(b"film", "/v1/analyses?webhook=https://a.example/x").problem == "webhooks-off"
    on = open_client(replace(config, webhook_secret="whsec_" + "QUFB" * 8))
    assert on.post(b"film", "/v1/analyses?webhook=http://a.example/x").problem == "invalid"
    assert on.post(b"film", "/v1/analyses?webhook=https://a.example/x").status == 202


def test_full_disks_are_a_named_problem_and_leave_nothing(open_client, config, monkeypatch):
    client = open_client(config)
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        answer = client.post(b"x" * (2 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert answer.problem == "storage-full"
    assert [name for name in files_in(client) if name.startswith(("media", "incoming"))] == []


def test_the_table_of_limits_is_told_and_names_known_problems(client):
    from fakestormer.serving.problems import PROBLEMS

    told = client.get("/v1/model").json["limits"]
    assert {one["name"] for one in told} >= {"upload", "duration", "pixels", "memory", "queue"}
    assert all(one["problem"] in PROBLEMS for one in told)
    assert ServiceLimits().described()[0]["name"] == "upload"


def test_metrics_count_what_waits(client):
    client.post(b"film")
    text = client.get("/metrics").body.decode()
    assert 'fakestormer_examinations{state="queued"} 1.0' in text
    assert 'route="/v1/analyses",status="202"} 1.0' in text


def test_times_are_rfc_3339_in_utc(client):
    import re

    told = client.post(b"film").json
    for name in ("created", "expires"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told[name])
