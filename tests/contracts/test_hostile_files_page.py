"""docs/hostile-files.md names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_kind_of_hostile_file_names_a_test_that_is_there():
    page = (ROOT / "docs" / "hostile-files.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| `(test_\w+)` \| `([\w/]+\.py)` \|$", page, re.MULTILINE)
    assert len(rows) >= 25
    gone = [row for row in rows if f"def {row[1]}(" not in (ROOT / "tests" / row[2]).read_text(encoding="utf-8")]
    assert gone == []
