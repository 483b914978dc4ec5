"""A worker of a server: `python -m fakestormer.serving.worker_main`, its configuration on standard input."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from fakestormer.serving.worker_process import config_from_text, work
from fakestormer.types import FakestormerError


def main() -> None:
    """Reads the configuration, works, and ends when standard input is closed: with the server that started it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    config = config_from_text(sys.stdin.readline())
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    try:
        work(config)
    except FakestormerError as error:
        sys.exit(f"fakestormer: {error}")


def _end_with_the_server() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
