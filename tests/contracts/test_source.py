"""What every source file keeps to: short files, no deep inheritance, no names for what has none."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "fakestormer"
FILES = sorted([*SOURCE.rglob("*.py"), *(ROOT / "benchmarks").glob("*/*.py")])
MAX_LINES = 300
MAX_FUNCTION_LINES = 40
HOMELESS = {"utils", "util", "helpers", "common", "misc", "base"}
# Besides these a class inherits from nothing; below the errors, from the package's own root of errors.
BASES = {"nn.Module", "Protocol", "enum.Enum", "NamedTuple", "Exception", "FakestormerError", "torch.autograd.Function"}
# A signal's end, which nobody who catches Exception may swallow; and what Python's text streams ask of the bytes below.
BASES |= {"BaseException", "io.RawIOBase"}
BASES |= {"TyperGroup"}  # typer's way to say how the words of a command are read
BASES |= {"H11Protocol"}  # what uvicorn makes of a connection; there is no other way to a limit of its own
GENERIC_BASES = {"Dataset"}


@cache
def definitions_of(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)]


def classes_of(path):
    return [node for node in definitions_of(path) if isinstance(node, ast.ClassDef)]


def name_of(base):
    return ast.unparse(base.value if isinstance(base, ast.Subscript) else base)


def test_the_source_is_found():
    assert len(FILES) > 50


def test_every_file_is_short_enough_to_read():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length >= MAX_LINES} == {}


def test_no_module_is_a_home_for_the_homeless():
    assert [str(path) for path in FILES if path.stem in HOMELESS] == []


def test_a_function_fits_a_screen():
    too_long = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in FILES
        for node in definitions_of(path)
        if isinstance(node, ast.FunctionDef)
        and node.body[-1].end_lineno - first_line_of_code(node) + 1 > MAX_FUNCTION_LINES
    ]
    assert too_long == []


def first_line_of_code(function):
    """The first line behind the docstring."""
    body = function.body
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and len(body) > 1
    return body[1 if documented else 0].lineno


def test_a_class_inherits_from_nothing_that_hides_code():
    refused = [
        f"{path.relative_to(ROOT)}: {node.name}({name_of(base)})"
        for path in FILES
        for node in classes_of(path)
        for base in node.bases
        if name_of(base) not in BASES | GENERIC_BASES
    ]
    assert refused == []


def test_a_public_dataclass_that_crosses_rooms_is_frozen():
    exported = {
        name
        for init in SOURCE.glob("*/__init__.py")
        for node in ast.walk(ast.parse(init.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in (alias.name for alias in node.names)
    }
    decorated = {
        node.name: [ast.unparse(decorator) for decorator in node.decorator_list]
        for path in FILES
        for node in classes_of(path)
        if node.name in exported
    }
    thawed = [
        name
        for name, decorators in decorated.items()
        if any(one.startswith("dataclass") and "frozen=True" not in one for one in decorators)
    ]
    assert thawed == []
