"""The published JSON Schema, made from the types, so that it cannot say anything else than what is written."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import json
import types
import typing
from pathlib import Path
from typing import Any

from fakestormer.files import write_file
from fakestormer.report.json_file import PICTURE, SCHEMA, SCHEMA_VERSION
from fakestormer.report.results_file import COVERAGE, RESULTS_SCHEMA
from fakestormer.types import VideoVerdict

SCHEMA_FILE = Path(__file__).parent / "verdict.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def write_schema(path: Path = SCHEMA_FILE) -> None:
    """The schema of this version as a file; `make schema` calls it after a change of the types."""
    write_file(path, json.dumps(json_schema(), indent=1, ensure_ascii=True) + "\n")


def json_schema() -> dict[str, Any]:
    """The schema of both kinds of files: one verdict, and the results of one run."""
    definitions: dict[str, Any] = {}
    verdict = _of_dataclass(VideoVerdict, definitions)
    verdict["properties"] = {**_head(SCHEMA), **verdict["properties"], "in_words": _in_words()}
    verdict["required"] = list(verdict["properties"])
    results = _object(
        {
            **_head(RESULTS_SCHEMA),
            "coverage": _object({name: {"type": "integer"} for name in COVERAGE}),
            "verdicts": {"type": "array", "items": {"$ref": "#/$defs/VideoVerdict"}},
            "failures": {
                "type": "array",
                "items": _object({"file": {"type": "string"}, "error": {"type": "string"}}),
            },
        },
        "What one run over several files gave.",
    )
    definitions |= {"VideoVerdict": verdict, "Results": results}
    return {
        "$schema": DIALECT,
        "$id": f"urn:fakestormer:verdict:{SCHEMA_VERSION}",
        "title": f"Verdicts of fakestormer, version {SCHEMA_VERSION}",
        "oneOf": [{"$ref": "#/$defs/VideoVerdict"}, {"$ref": "#/$defs/Results"}],
        "$defs": dict(sorted(definitions.items())),
    }


def _head(name: str) -> dict[str, Any]:
    return {"schema": {"const": name}, "schema_version": {"const": SCHEMA_VERSION}}


def _object(properties: dict[str, Any], description: str = "") -> dict[str, Any]:
    """An object with all of these properties and no others."""
    said = {"description": description} if description else {}
    return {
        "type": "object",
        **said,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _in_words() -> dict[str, Any]:
    """Sentences may grow in number without a new version: they are made from the other fields."""
    return {"type": "object", "description": "The verdict in sentences, made from the other fields."}


def _of_dataclass(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = {name: hint for name, hint in typing.get_type_hints(kind).items() if name != PICTURE}
    properties = {name: _of(hint, definitions) for name, hint in hints.items()}
    return _object(properties, " ".join((inspect.getdoc(kind) or "").split()))


def _of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}
            definitions[kind.__name__] = _of_dataclass(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [{"type": "null"} if one is type(None) else _of(one, definitions) for one in _parts(kind)]}
    if origin is tuple:
        return _of_tuple(_parts(kind), definitions)
    if hasattr(kind, "dim_str"):  # a jaxtyping annotation
        return _of_array(kind.dim_str.split())
    if issubclass(kind, enum.Enum):
        return {
            "enum": [member.value for member in kind],
            "description": " ".join((inspect.getdoc(kind) or "").split()),
        }
    return {"type": PLAIN[kind]}


def _parts(kind: Any) -> tuple[Any, ...]:
    return typing.get_args(kind)


def _of_tuple(kinds: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if kinds[-1] is Ellipsis:
        return {"type": "array", "items": _of(kinds[0], definitions)}
    items = [_of(one, definitions) for one in kinds]
    return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}


def _of_array(axes: list[str]) -> dict[str, Any]:
    """Nested lists of numbers; an axis with a number for a name has that length."""
    inner: dict[str, Any] = {"type": "number"}
    for axis in reversed(axes):
        size = {"minItems": int(axis), "maxItems": int(axis)} if axis.isdigit() else {}
        inner = {"type": "array", "items": inner, "description": axis, **size}
    return inner
