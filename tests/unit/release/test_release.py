"""A release dates the changelog, tags the commit and keeps the tag only where the packages are right."""

from __future__ import annotations

import subprocess

import pytest
from release.__main__ import release
from release.changelog import section

THING = "### Added\n\n- A thing. # not a comment\n"
LOG = f"# Changelog\n\n## [Unreleased]\n\n{THING}\n## [0.1.0] - 2026-01-02\n\nThe first.\n"


def git(root, *words):
    told = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", root, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


@pytest.fixture
def root(tmp_path, monkeypatch):
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@b")
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "CHANGELOG.md").write_text(LOG)
    (tmp_path / ".gitignore").write_text("dist/\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def build(version):
    names = (f"fakestormer-{version}.tar.gz", f"fakestormer-{version}-py3-none-any.whl")
    return ("sh", "-c", "mkdir -p dist; touch " + " ".join(f"dist/{name}" for name in names))


def test_what_was_unreleased_becomes_the_section_the_tag_and_the_notes(root):
    notes = release(root, "0.2.0", build("0.2.0"))
    text = (root / "CHANGELOG.md").read_text()
    assert section(text, "Unreleased") == ""
    assert notes.read_text() == THING == section(text, "0.2.0") + "\n"
    assert git(root, "describe", "--exact-match") == "v0.2.0"
    assert "### Added" in git(root, "tag", "-l", "--format=%(contents)", "v0.2.0")
    assert git(root, "status", "--porcelain") == ""


def test_a_section_that_is_written_already_is_taken(root):
    (root / "CHANGELOG.md").write_text(LOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [0.2.0] - 2026-11-30\n"))
    git(root, "commit", "-q", "-a", "-m", "section")
    assert "A thing" in release(root, "0.2.0", build("0.2.0")).read_text()


@pytest.mark.parametrize("command", [("false",), build("0.0.post1")])
def test_the_tag_is_taken_away_where_a_package_is_wrong(root, command):
    with pytest.raises((ValueError, subprocess.CalledProcessError)):
        release(root, "0.2.0", command)
    assert git(root, "tag") == ""


def test_what_is_no_state_to_release_is_refused_before_anything_changes(root):
    def refused(version, match):
        with pytest.raises(ValueError, match=match):
            release(root, version, build(version))
        assert git(root, "log", "--format=%s") == "first"

    refused("0.2", "three numbers")
    git(root, "tag", "v0.3.0")
    refused("0.2.9", "not after 0.3.0")
    refused("0.3.0", "is there already")
    git(root, "tag", "-d", "v0.3.0")
    (root / "left.txt").write_text("forgotten")
    refused("0.2.0", "not in it")
    (root / "left.txt").unlink()
    git(root, "checkout", "-q", "-b", "other")
    refused("0.2.0", "made on main")


def test_nothing_to_tell_is_no_release(root):
    (root / "CHANGELOG.md").write_text(LOG.replace(THING, ""))
    git(root, "commit", "-q", "-a", "-m", "empty")
    with pytest.raises(ValueError, match="says nothing"):
        release(root, "0.2.0", build("0.2.0"))
