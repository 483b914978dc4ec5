"""A worker as a process of its own, and the configuration on its way there: JSON on standard input, never a secret in
the list of processes.
"""

from __future__ import annotations

import dataclasses
import json
import signal
from pathlib import Path
from typing import Any

from fakestormer.serving.config import ServeConfig
from fakestormer.serving.limits import ServiceLimits


def work(config: ServeConfig) -> None:
    """Examines what waits in the queue until SIGTERM or Ctrl-C. Raises ConfigError where it cannot begin."""
    from fakestormer.serving.worker import Worker

    worker = Worker(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: worker.stop())
    worker.run()


def config_to_text(config: ServeConfig) -> str:
    """A configuration as one line of JSON."""
    return json.dumps(dataclasses.asdict(config), default=str)


def config_from_text(text: str) -> ServeConfig:
    """The configuration that `config_to_text` was given."""
    fields: dict[str, Any] = json.loads(text)
    fields["data"] = Path(fields["data"])
    fields["weights"] = Path(fields["weights"]) if fields["weights"] else None
    fields["hosts"] = tuple(fields["hosts"])
    fields["limits"] = ServiceLimits(**fields["limits"])
    return ServeConfig(**fields)
