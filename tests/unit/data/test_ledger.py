from __future__ import annotations

from pathlib import Path

import pytest

from fakestormer.data.ledger import read_ledgers
from fakestormer.types import DataError


@pytest.mark.parametrize("garbage", [b"not json\n", b"[1]\n", b'{"name": 1}\n', b"\xff\n"])
def test_garbage_in_a_ledger_is_named_with_its_line(tmp_path: Path, garbage: bytes) -> None:
    whole = b'{"name": "a.mp4", "used": false, "num_tracks": 0, "num_frames": 0, "reason": "no face"}\n'
    (tmp_path / "prepare.jsonl").write_bytes(whole + garbage)
    with pytest.raises(DataError, match=r"prepare.jsonl, line 2: not a row of a ledger"):
        read_ledgers(tmp_path)
