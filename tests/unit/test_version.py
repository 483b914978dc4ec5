from __future__ import annotations

import re
import shutil
import subprocess

import pytest

import fakestormer
from fakestormer.version import version_of_checkout

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout"
    folder.mkdir()

    def git(*words, cwd=folder):
        subprocess.run(["git", *AUTHOR, *words], cwd=cwd, check=True, capture_output=True)

    def commit(content, tag=None):
        (folder / "file.txt").write_text(content)
        git("add", "-A")
        git("commit", "-m", content)
        if tag:
            git("tag", tag)

    git("init", "-q")
    commit("first")
    return folder, commit, git


def test_at_a_tag_the_version_is_the_tag(checkout):
    folder, commit, _ = checkout
    commit("second", "v0.2.0")
    assert version_of_checkout(folder) == "0.2.0"


def test_two_commits_never_have_the_same_version(checkout):
    folder, commit, _ = checkout
    seen = [version_of_checkout(folder)]
    for content, tag in (("second", None), ("third", "v0.2.0"), ("fourth", None), ("fifth", None)):
        commit(content, tag)
        seen.append(version_of_checkout(folder))
    assert len(set(seen)) == 5
    assert re.fullmatch(r"0\.0\.post1\.dev1\+g[0-9a-f]{9}", seen[0])
    assert re.fullmatch(r"0\.2\.0\.post1\.dev2\+g[0-9a-f]{9}", seen[-1])


def test_changed_files_are_told(checkout):
    folder, commit, _ = checkout
    commit("second", "v0.2.0")
    (folder / "file.txt").write_text("changed")
    assert re.fullmatch(r"0\.2\.0\.post1\.dev0\+g[0-9a-f]{9}\.dirty", version_of_checkout(folder))


def test_a_shallow_clone_without_tags_has_a_version(checkout, tmp_path):
    folder, commit, git = checkout
    commit("second", "v0.2.0")
    commit("third")
    git("clone", "-q", "--depth=1", folder.as_uri(), "shallow", cwd=tmp_path)
    assert re.fullmatch(r"0\.0\.post1\.dev1\+g[0-9a-f]{9}", version_of_checkout(tmp_path / "shallow"))


def test_a_git_hook_of_another_repository_does_not_confuse_it(checkout, monkeypatch, tmp_path):
    folder, commit, _ = checkout
    commit("second", "v0.2.0")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert version_of_checkout(folder) == "0.2.0"


def test_a_folder_that_is_no_checkout_has_none(tmp_path):
    assert version_of_checkout(tmp_path) is None


def test_the_package_says_its_version():
    assert re.match(r"\d+\.\d+", fakestormer.__version__)
