"""The sections of CHANGELOG.md."""

from __future__ import annotations

import re

HEADING = re.compile(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?\n", re.MULTILINE)
UNRELEASED = "Unreleased"


def section(text: str, version: str) -> str | None:
    """What a version's section says, without its heading; None where there is no such section."""
    for found in HEADING.finditer(text):
        if found[1] == version:
            after = HEADING.search(text, found.end())
            return text[found.end() : after.start() if after else len(text)].strip()
    return None


def released(text: str, version: str, day: str) -> str:
    """The changelog in which what was unreleased is the section of a version, of that day (ISO 8601).

    Raises:
        ValueError: there is nothing to release, or both sections say something.
    """
    waiting, written = section(text, UNRELEASED), section(text, version)
    if waiting is None:
        raise ValueError("CHANGELOG.md has no section [Unreleased]: add one below the introduction")
    if written and waiting:
        raise ValueError(f"CHANGELOG.md has [{version}] and something under [Unreleased]: move that into [{version}]")
    if written:
        return text
    if not waiting:
        raise ValueError("CHANGELOG.md says nothing under [Unreleased]: write what the release brings")
    return text.replace(f"## [{UNRELEASED}]\n", f"## [{UNRELEASED}]\n\n## [{version}] - {day}\n", 1)
