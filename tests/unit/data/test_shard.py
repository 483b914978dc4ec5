from __future__ import annotations

import pytest

from fakestormer.data.shard import WHOLE, Shard, parse_shard
from fakestormer.types import ConfigError

NAMES = [f"talks/{number}.mp4" for number in range(1000)]


def test_every_source_is_in_exactly_one_shard_and_shards_are_of_about_one_size() -> None:
    held = [[name for name in NAMES if Shard(index, 8).holds(name)] for index in range(1, 9)]
    assert sorted(name for part in held for name in part) == sorted(NAMES)
    assert all(90 < len(part) < 165 for part in held)
    assert all(WHOLE.holds(name) for name in NAMES)


def test_a_source_stays_in_its_shard_whatever_else_is_in_the_corpus() -> None:
    # A number of this version: machines that run different ones would otherwise leave sources out.
    assert [Shard(index, 4).holds("talks/0001.mp4") for index in (1, 2, 3, 4)].count(True) == 1
    assert parse_shard("3/8") == Shard(3, 8)


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", "-1/2", ""])
def test_a_shard_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="for instance 1/8"):
        parse_shard(text)
