"""Which state of the code runs here."""

from __future__ import annotations

import functools
import os
import subprocess
from importlib import metadata
from pathlib import Path


@functools.cache
def package_version() -> str:
    """The version after PEP 440, such as 0.2.0; of a checkout also the commit, as in 0.2.0.post1.dev5+g1a2b3c4d5.

    A checkout is asked through git, because what its installation noted does not follow later commits: five commits
    after the tag v0.2.0, and `.dirty` at the end where files differ from the commit. Where git does not answer, and
    for every other installation, it is the version that was noted.
    """
    folder = Path(__file__).parents[2]
    is_checkout = Path(__file__).parents[1].name == "src" and (folder / ".git").exists()
    return (version_of_checkout(folder) if is_checkout else None) or metadata.version("fakestormer")


def version_of_checkout(folder: Path) -> str | None:
    """The version of the files in a checkout, as hatch-vcs builds it (scheme no-guess-dev); None where git fails."""
    described = _ask_git(folder, "describe", "--tags", "--long", "--always", "--dirty", "--abbrev=9", "--match=v[0-9]*")
    if not described:
        return None
    rest, dirty = described.removesuffix("-dirty"), described.endswith("-dirty")
    tag, _, commits = rest.rpartition("-g")[0].rpartition("-")
    tag, commit = tag.removeprefix("v") or "0.0", rest.rpartition("-g")[2]
    commits = commits or _ask_git(folder, "rev-list", "--count", "HEAD") or "0"
    if commits == "0" and not dirty:
        return tag
    return f"{tag}.post1.dev{commits}+g{commit}" + (".dirty" if dirty else "")


def _ask_git(folder: Path, *question: str) -> str | None:
    """What git answers; None where it is not installed or refuses."""
    other_repository = {name for name in os.environ if name.startswith("GIT_")}  # set inside of git's own hooks
    environment = {name: value for name, value in os.environ.items() if name not in other_repository}
    try:
        asked = subprocess.run(
            ["git", "-C", str(folder), *question], env=environment, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return asked.stdout.strip()
