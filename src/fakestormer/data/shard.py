"""One machine's share of a corpus, so that many can fill one cache without talking to each other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fakestormer.types import ConfigError


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `index` of `count`, counted from 1; a source belongs to one by the hash of its name, whatever the others."""

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.count:
            raise ConfigError(f"invalid shard {self.index}/{self.count}: give I/N with I from 1 to N, for instance 1/8")

    def holds(self, name: str) -> bool:
        """Whether the source of this name is in this shard."""
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % self.count == self.index - 1


WHOLE = Shard(1, 1)


def parse_shard(text: str) -> Shard:
    """The shard that a text like "3/8" names."""
    index, _, count = text.partition("/")
    if not (index.isdecimal() and count.isdecimal()):
        raise ConfigError(f"invalid shard {text!r}: give I/N with I from 1 to N, for instance 1/8")
    return Shard(int(index), int(count))
