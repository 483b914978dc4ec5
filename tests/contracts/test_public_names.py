"""What each room exports is what it says, and all of it can be fetched."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import fakestormer

ROOMS = sorted(f"fakestormer.{found.name}" for found in pkgutil.iter_modules(fakestormer.__path__) if found.ispkg)
PUBLIC = (
    "Decision",
    "Detector",
    "DetectorConfig",
    "FakestormerError",
    "VideoVerdict",
    "write_html",
    "write_json",
    "write_pdf",
    "write_pictures",
)


def test_the_public_names_are_these():
    assert tuple(fakestormer.__all__) == PUBLIC


def test_every_public_name_can_be_fetched_and_is_typed():
    assert all(getattr(fakestormer, name) is not None for name in PUBLIC)
    tree = ast.parse(Path(fakestormer.__file__).read_text(encoding="utf-8"))
    typed = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(PUBLIC) <= typed  # what mypy and editors see is what is fetched when first used


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'judge'"):
        _ = fakestormer.judge


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_exports_exactly_what_it_imports_for_others(room):
    module = importlib.import_module(room)
    body = ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body
    typed = [node for branch in body if isinstance(branch, ast.If) for node in branch.body]  # of a room that loads late
    known = ("__future__", "typing")
    imports = [node for node in (*body, *typed) if isinstance(node, ast.ImportFrom) and node.module not in known]
    imported = sorted(alias.asname or alias.name for node in imports for alias in node.names)
    assert sorted(getattr(module, "__all__", [])) == imported
    assert all(hasattr(module, name) for name in imported)


@pytest.mark.parametrize("room", ["data", "datasets", "evaluation", "recipes"])
def test_neighbours_enter_a_room_by_its_face(room):
    source = Path(fakestormer.__file__).parent
    deep = [
        f"{path.relative_to(source)}: {node.module}"
        for path in source.rglob("*.py")
        if path.relative_to(source).parts[0] != room
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"fakestormer.{room}.")
    ]
    assert deep == []
