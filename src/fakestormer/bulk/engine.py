"""Who carries out the chunks of a run: the one way in for an engine, whatever distributes the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from fakestormer.bulk.board import Told
from fakestormer.bulk.plan import Chunk
from fakestormer.bulk.scorer import Order

Watch = Callable[[Told], None]


@runtime_checkable
class Engine(Protocol):
    """Has every chunk worked on by a `Scorer`."""

    @property
    def num_workers(self) -> int:
        """How many workers there will be at most."""

    def run(self, order: Order, chunks: Sequence[Chunk], known: dict[str, str], watch: Watch) -> None:
        """Returns when every chunk was worked on; `watch` hears now and then how far it is.

        Args:
            order: for all workers.
            chunks: what to do.
            known: ids by SHA-256 of content that earlier runs scored.
            watch: called from the thread that called this.

        Raises:
            ConfigError: workers cannot load the model.
            DataError: the place of the job fails, or nothing moves any more.
        """
