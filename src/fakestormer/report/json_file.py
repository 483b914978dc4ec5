"""Versioned JSON of a verdict, both ways: what is written is read back equal, except for the pictures.

The layout follows the types: an object for a dataclass with its fields by name, a list for a tuple, the value of an
enum, nested lists for arrays. Vulnerability maps are written as float32 (shortest digits that give the same number
back), everything else at full precision. A field that is added to the types makes the version grow.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from fakestormer.files import from_plain, write_file
from fakestormer.report.wording import in_words
from fakestormer.types import DataError, VideoVerdict

SCHEMA = "fakestormer.verdict"
SCHEMA_VERSION = 3
IN_WORDS = "in_words"  # sentences for readers, made from the other fields and not read back
PICTURE = "image"  # the one field that is left out, and comes back as an empty picture
FLOAT32_FIELDS = frozenset({"attribution", "spatial_vulnerability", "temporal_vulnerability"})


def write_json(verdict: VideoVerdict, path: str | Path) -> None:
    """Write a verdict to `path` as JSON; missing folders are made.

    Raises:
        DataError: the file cannot be written, or the verdict holds a number that is not finite.
    """
    write_file(path, _layout(verdict_to_json(verdict)) + "\n")


def read_json(path: str | Path) -> VideoVerdict:
    """The verdict in a file that `write_json` made; its evidence frames have empty pictures.

    Raises:
        DataError: the file is missing, unreadable, no JSON, or no verdict of this version.
    """
    return verdict_from_json(read_content(path))


def read_content(path: str | Path) -> object:
    """What a JSON file holds; DataError where it is missing, unreadable or no JSON."""
    try:
        content: object = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}): give a verdict written by --json"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not a JSON file ({error}): give a verdict written by --json") from error
    return content


def verdict_to_json(verdict: VideoVerdict) -> dict[str, Any]:
    """A verdict as what the json module can write: dicts, lists, strings, numbers, None.

    Raises:
        DataError: the verdict holds a number that is not finite.
    """
    head = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION}
    return {**head, **_encode(verdict, "verdict"), IN_WORDS: in_words(verdict)}


def verdict_from_json(content: object) -> VideoVerdict:
    """The verdict that `verdict_to_json` was given, with empty pictures in its evidence frames.

    Raises:
        DataError: not a verdict, of another version, or a field is missing, unknown or of the wrong kind.
    """
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise DataError(f'this is not a verdict: the field "schema" must be "{SCHEMA}"; give a file written by --json')
    version = content.get("schema_version")
    if version != SCHEMA_VERSION:
        raise DataError(
            f"the verdict has schema version {ascii(version)[:20]}, this fakestormer reads version {SCHEMA_VERSION}: "
            "read it with the version that wrote it, or examine the video again"
        )
    fields = {name: value for name, value in content.items() if name not in ("schema", "schema_version", IN_WORDS)}
    empty = {PICTURE: np.zeros((0, 0, 3), np.uint8)}
    try:
        return from_plain(VideoVerdict, fields, "verdict", complete=True, single=FLOAT32_FIELDS, stand_ins=empty)
    except DataError as error:
        raise DataError(f"{error}: write the verdict again with --json") from error


def _encode(value: Any, where: str) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value) if field.name != PICTURE]
        return {name: _encode(getattr(value, name), f"{where}.{name}") for name in names}
    if isinstance(value, tuple):
        return [_encode(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, ndarray):
        return _encode_array(value, where)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        raise DataError(f"{where} is {value}, which JSON cannot hold: the weights or the video gave no usable number")
    return value


def _encode_array(values: ndarray, where: str) -> list[Any]:
    if not np.isfinite(values).all():
        raise DataError(f"{where} holds numbers that are not finite, which JSON cannot hold: check the weights")
    if where.rpartition(".")[2] not in FLOAT32_FIELDS:
        plain: list[Any] = values.astype(np.float64).tolist()
        return plain
    texts = values.astype(np.float32).astype(str)  # the shortest digits that name this float32
    shortest: list[Any] = texts.astype(np.float64).tolist()
    return shortest


def _layout(value: Any, indent: str = "") -> str:
    """JSON text with an object's fields on lines of their own and a list of numbers on one line."""
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        lines = [f"{deeper}{json.dumps(name)}: {_layout(item, deeper)}" for name, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return "[\n" + ",\n".join(deeper + _layout(item, deeper) for item in value) + f"\n{indent}]"
    return json.dumps(value, allow_nan=False)
