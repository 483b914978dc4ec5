"""A real HTTP server in this process, without a model: what is submitted waits until a test plays the worker."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field

import pytest

pytest.importorskip("fastapi", reason="needs the extra serve")
import uvicorn

from fakestormer.serving import Database, ServeConfig, ServiceLimits
from fakestormer.serving.app import make_app
from fakestormer.serving.connection import PromptProtocol
from fakestormer.serving.service import Service
from fakestormer.serving.store import open_store
from fakestormer.serving.submit import Engine

ENGINE = Engine("ab" * 32, "1.0", "cpu", "float32")
CARD = {"weights_sha256": ENGINE.weights_sha256, "version": ENGINE.version, "name": "test", "card": {}}
LIMITS = ServiceLimits(upload=3 << 20, upload_pause=1.0, submissions=1000)


class HastyProtocol(PromptProtocol):
    longest_head = 1.0


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return self.json["type"].removeprefix("urn:fakestormer:problem:")


@dataclass
class Client:
    """Talks to a server; `key` goes with every request."""

    port: int
    service: Service | None = None
    key: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method, path, body=None, **headers):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            given["Authorization"] = f"Bearer {self.key}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {**self.headers, **given})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, body, path="/v1/analyses", **headers):
        return self.ask("POST", path, body, **{"Content_Type": "application/octet-stream", **headers})

    def form(self, content, filename="a.mp4", path="/v1/analyses", **headers):
        head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
        body = head.encode("utf-8") + content + b"\r\n--edge--\r\n"
        return self.ask("POST", path, body, Content_Type="multipart/form-data; boundary=edge", **headers)

    def wait_until(self, identity, *states):
        for _ in range(1200):
            answer = self.get(f"/v1/analyses/{identity}")
            if answer.json.get("state") in states:
                return answer.json
            time.sleep(0.1)
        raise AssertionError(answer.json)


@pytest.fixture
def config(tmp_path):
    return ServeConfig(data=tmp_path / "data", workers=0, limits=LIMITS)


@pytest.fixture
def database(config):
    opened = Database(config.database_url)
    yield opened
    opened.close()


@pytest.fixture
def open_client(database):
    """Starts a server for a configuration and gives a client of it."""
    running = []

    def opened(config):
        service = Service(config, database, open_store(config.store_place), CARD)
        settings = uvicorn.Config(make_app(service), port=0, http=HastyProtocol, log_level="error", lifespan="off")
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        running.append((server, thread))
        return Client(server.servers[0].sockets[0].getsockname()[1], service)

    yield opened
    for server, thread in running:
        server.should_exit = True
        thread.join()


@pytest.fixture
def client(open_client, config):
    return open_client(config)
