"""`fakestormer serve`: the server, and the worker processes that belong to it."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

from fakestormer.serving.config import ServeConfig
from fakestormer.serving.database import Database
from fakestormer.serving.keeper import Keeper
from fakestormer.serving.keys import has_keys
from fakestormer.serving.model_card import read_model_card
from fakestormer.serving.service import Service
from fakestormer.serving.store import open_store
from fakestormer.serving.webhooks import read_secret
from fakestormer.serving.worker_process import config_to_text
from fakestormer.types import ConfigError

LOG = logging.getLogger("fakestormer.serving")
LONGEST_PAUSE = 30.0  # seconds before a worker that keeps dying is started again
PATIENCE = 20.0  # seconds that a worker has to give back its work


def serve(config: ServeConfig, say: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C; `say` is told the address.

    Raises:
        ConfigError: the address is open to others and there is no key, the port is taken, the database, the store or
            the weights cannot be opened.
    """
    import uvicorn

    from fakestormer.serving.app import make_app
    from fakestormer.serving.connection import PromptProtocol

    database, store = Database(config.database_url), open_store(config.store_place)
    if config.webhook_secret is not None:
        read_secret(config.webhook_secret)
    if not config.is_local_only and not has_keys(database):
        raise ConfigError(
            f"--host {config.host} lets other machines in and there is no API key: add one with "
            "'fakestormer serve keys add NAME', or leave out --host"
        )
    store.check()
    listening = _listen(config)
    service = Service(config, database, store, read_model_card(config.weights))
    settings = uvicorn.Config(
        make_app(service),
        http=PromptProtocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
    )
    with listening, _workers(config), Keeper(config, database, store, service.engine).running():
        host, port = listening.getsockname()[:2]
        say(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        if not has_keys(database):
            say("no API key was added: only this machine is let in")
        for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them again when it has ended
            signal.signal(number, lambda _number, _frame: None)
        uvicorn.Server(settings).run(sockets=[listening])
    database.close()


def _listen(config: ServeConfig) -> socket.socket:
    try:
        found = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(found[0], socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(found[4])
        listening.listen(1024)
    except OSError as error:
        raise ConfigError(
            f"{config.host}:{config.port} cannot be listened on ({error.strerror}): choose another --port"
        ) from error
    return listening


@contextlib.contextmanager
def _workers(config: ServeConfig) -> Iterator[None]:
    """The server's own workers: started again when they die, told to stop with the server."""
    stop = threading.Event()
    threads = [threading.Thread(target=_keep_one, args=(config, stop), daemon=True) for _ in range(config.workers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _keep_one(config: ServeConfig, stop: threading.Event) -> None:
    pause = 1.0
    while not stop.is_set():
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "fakestormer.serving.worker_main"],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(config_to_text(config) + "\n")
            process.stdin.flush()
        while process.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            _stop(process)
            return
        pause = 1.0 if time.monotonic() - began > 60 else min(LONGEST_PAUSE, 2 * pause)
        LOG.warning("a worker ended with %s, another one begins in %.0f s", process.returncode, pause)
        stop.wait(pause)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
