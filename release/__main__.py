"""A release: python -m release 0.2.0 (make release VERSION=0.2.0)

Dates the changelog section, commits it, tags the commit, builds and checks the packages with `make dist`, and leaves
the section as dist/NOTES.md. Where a check fails, the tag is taken away again. Nothing is pushed or published: that is
one `git push --follow-tags`, and the workflow of the hosting service does the rest.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from release.changelog import released, section

ROOT = Path(__file__).parents[1]
VERSION = re.compile(r"\d+\.\d+\.\d+")
BRANCH = "main"
BUILD = ("make", "dist")


def release(root: Path, version: str, build: Sequence[str] = BUILD) -> Path:
    """The notes of the release, beside its packages; `build` makes and checks those in root/dist.

    Raises:
        ValueError: the version, the state of the repository or the changelog does not allow it.
        subprocess.CalledProcessError: a package could not be built or failed a check; the tag is gone then.
    """
    tag = f"v{version}"
    _check(root, version, tag)
    path = root / "CHANGELOG.md"
    before = path.read_text("utf-8")
    after = released(before, version, date.today().isoformat())
    if after != before:
        path.write_text(after, "utf-8")
        _git(root, "commit", "-q", "-m", f"Release {version}", "--", path.name)
    notes = section(after, version) or ""
    _git(root, "tag", "-a", tag, "-m", f"fakestormer {version}\n\n{notes}", "--cleanup=verbatim")
    try:
        subprocess.run([*build], cwd=root, check=True)
        _check_packages(root / "dist", version)
    except BaseException:
        _git(root, "tag", "-d", tag)
        raise
    written = root / "dist" / "NOTES.md"
    written.write_text(notes + "\n", "utf-8")
    return written


def _check(root: Path, version: str, tag: str) -> None:
    if not VERSION.fullmatch(version):
        raise ValueError(f"{version} is no version: write three numbers, as in 0.2.0")
    if _git(root, "rev-parse", "--abbrev-ref", "HEAD") != BRANCH:
        raise ValueError(f"releases are made on {BRANCH}: check it out")
    if _git(root, "status", "--porcelain"):
        raise ValueError("there are files that differ from the commit or are not in it: commit or remove them")
    if _git(root, "tag", "--list", tag):
        raise ValueError(f"{tag} is there already: choose the next version")
    earlier = [tuple(map(int, one[1:].split("."))) for one in _git(root, "tag", "--list", "v*.*.*").split()]
    if earlier and tuple(map(int, version.split("."))) <= max(earlier):
        raise ValueError(f"{version} is not after {'.'.join(map(str, max(earlier)))}: choose a later version")


def _check_packages(folder: Path, version: str) -> None:
    wanted = {f"fakestormer-{version}.tar.gz", f"fakestormer-{version}-py3-none-any.whl"}
    found = {one.name for one in folder.glob("fakestormer-*")}
    if found != wanted:
        raise ValueError(f"{folder} holds {sorted(found)}, not {sorted(wanted)}: the version of the tag was not taken")


def _git(root: Path, *words: str) -> str:
    told = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=True)
    return told.stdout.strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make a release.")
    parser.add_argument("version", help="such as 0.2.0")
    try:
        notes = release(ROOT, parser.parse_args().version)
    except (ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"no release: {error}")
    print(f"tagged; packages and notes are in {notes.parent}. To publish: git push --follow-tags")
