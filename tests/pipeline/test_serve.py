"""A server, its worker and its page as real processes: from a dropped file to an erased report."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest

pytest.importorskip("fastapi", reason="needs the extra serve")
from tests.bad_videos import Recipe, make_video
from tests.pipeline.serve_process import RUN, Server

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync")


@pytest.fixture(scope="module")
def shot(tmp_path_factory, film):
    recipe = Recipe(num_frames=14, width=film.shape[2], height=film.shape[1])
    return make_video(tmp_path_factory.mktemp("shot") / "shot.mp4", recipe, lambda index: film[index % len(film)])


@pytest.fixture(scope="module")
def server(tmp_path_factory, weights):
    started = Server(tmp_path_factory.mktemp("server"), weights, "--memory-limit", 2)
    yield started
    started.end()


@pytest.fixture(scope="module")
def client(server):
    return server.client()


def test_a_film_is_submitted_examined_reported_and_erased(client, shot, detector):
    sent = client.form(shot.read_bytes(), "<b>shot</b>.mp4", "/v1/analyses?overlay=true", Prefer="wait=60")
    told = client.wait_until(sent.json["id"], "done", "failed")
    assert (told["state"], told["name"]) == ("done", "b>.mp4")
    assert told["verdict"]["probability"] == pytest.approx(detector.detect(shot).probability, abs=1e-6)
    for kind, begin in (("html", b"<!DOCTYPE html>"), ("json", b"{"), ("pdf", b"%PDF"), ("overlay", b"\0\0\0")):
        answer = client.get(told["links"][kind])
        assert (answer.status, answer.body[: len(begin)]) == (200, begin), kind
    assert b"b&gt;.mp4" in client.get(told["links"]["html"]).body
    assert client.get(told["verdict"]["frames"][0]["url"]).body.startswith(b"\xff\xd8")
    assert client.get("/v1/analyses?search=B%3E").json["items"][0]["id"] == told["id"]
    again = client.post(shot.read_bytes(), "/v1/analyses?overlay=true")
    assert (again.status, again.json["cached"], again.json["state"]) == (200, True, "done")
    for identity in (told["id"], again.json["id"]):
        assert client.ask("DELETE", f"/v1/analyses/{identity}").status == 204
    assert client.get(told["links"]["html"]).problem == "gone"


def test_what_is_no_video_fails_with_its_cause(client):
    sent = client.post(b"these are notes " * 99, "/v1/analyses?name=notes.mp4", Prefer="wait=60")
    told = client.wait_until(sent.json["id"], "done", "failed")
    assert told["problem"]["type"] == "urn:fakestormer:problem:not-a-video"
    assert told["problem"]["detail"].startswith("the file is text, not a video")
    assert client.get(f"/v1/analyses/{told['id']}/report.html").problem == "not-a-video"


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs the browser Chromium in PATH")
def test_the_page_in_a_browser_from_upload_to_erasure(client, shot):
    driver = pytest.importorskip("playwright.sync_api", reason="needs playwright (extra dev)")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    base, complaints, outside = f"http://127.0.0.1:{client.port}", [], []
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_context(viewport=PHONE).new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: outside.append(request.url))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(base)
        page.locator("#files").set_input_files(shot)
        page.wait_for_url("**/analyses/*")
        frame = page.frame_locator("iframe.report")
        frame.get_by_role("heading").first.wait_for(timeout=120_000)
        address = page.url
        for size in (PHONE, LAPTOP):
            page.set_viewport_size(size)
            for path in (address, base, f"{base}/login", f"{base}/compare?one={address[-32:]}&one={address[-32:]}"):
                page.goto(path)
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, size)
                found = axe.run(page, options={"iframes": False}).response["violations"]
                assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path
        page.goto(address)
        page.get_by_role("button", name="Erase").press("Enter")
        page.wait_for_url(f"{base}/")
        assert "(erased)" in page.locator("#list").inner_text()
        browser.close()
    assert complaints == []
    assert all(url.startswith((base, "data:", "blob:")) for url in outside)


@pytest.mark.slow
def test_other_machines_are_let_in_by_key_only(tmp_path, weights):
    started = Server(tmp_path, weights, "--host", "0.0.0.0")
    assert started.end(signal.SIGCONT) == 1
    assert "there is no API key" in started.log.read_text()


@pytest.mark.slow
def test_keys_are_added_listed_and_revoked(tmp_path):
    def keys(*words):
        ended = subprocess.run(
            [sys.executable, "-c", RUN, "serve", "keys", *words, "--data", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout

    code, key = keys("add", "Desk 3", "--role", "read")
    prefix = key.split("_")[1]
    assert code == 0
    assert prefix in keys("list")[1]
    assert key.strip() not in keys("list")[1]
    assert [keys("revoke", prefix)[0] for _ in range(2)] == [0, 1]
    assert keys("add", "x", "--role", "king")[0] == 1
