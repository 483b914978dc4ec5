from __future__ import annotations

import hashlib
import io
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from fakestormer.faces.backends import facemesh_file
from fakestormer.faces.backends.facemesh_file import find_landmark_model
from fakestormer.types import LandmarkModelError

CONTENT = b"stands for the model"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(facemesh_file, "MODEL_SHA256", hashlib.sha256(CONTENT).hexdigest())
    return tmp_path / "cache" / "fakestormer" / "face_landmark.tflite"


def answer_with(monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> list[str]:
    asked = []

    def urlopen(url: str, timeout: float) -> Any:
        asked.append(url)
        if content is None:
            raise urllib.error.URLError("no network")
        return io.BytesIO(content)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


def test_a_given_file_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_with(monkeypatch, None)
    path = tmp_path / "mine.tflite"
    path.write_bytes(CONTENT)
    assert find_landmark_model(path) == path
    assert asked == []


def test_a_given_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(LandmarkModelError, match=r"no landmark model at .*nowhere\.tflite"):
        find_landmark_model(tmp_path / "nowhere.tflite")


def test_a_given_file_with_other_content_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.tflite"
    path.write_bytes(b"something else")
    with pytest.raises(LandmarkModelError, match=r"other\.tflite is not the expected landmark model"):
        find_landmark_model(path)


def test_the_file_is_fetched_once_and_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_with(monkeypatch, CONTENT)
    assert find_landmark_model() == find_landmark_model() == cache
    assert cache.read_bytes() == CONTENT
    assert len(asked) == 1
    assert [path.name for path in cache.parent.iterdir()] == [cache.name]


def test_a_damaged_file_in_the_cache_is_fetched_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, CONTENT)
    cache.parent.mkdir(parents=True)
    cache.write_bytes(CONTENT[:5])
    assert find_landmark_model().read_bytes() == CONTENT


def test_without_network_one_sentence_says_how_to_give_the_file(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, None)
    with pytest.raises(LandmarkModelError, match="--landmark-model or the environment variable") as caught:
        find_landmark_model()
    assert "FAKESTORMER_LANDMARK_MODEL" in str(caught.value)
    assert "no network" in str(caught.value)
    assert not cache.exists()


def test_an_answer_with_other_content_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, b"<html>please log in</html>")
    with pytest.raises(LandmarkModelError, match="not the expected landmark model"):
        find_landmark_model()
    assert not cache.exists()
