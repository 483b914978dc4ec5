"""Plain JSON values to dataclasses: one reader for reports, weights, run records and caches, strict about kinds."""

from __future__ import annotations

import dataclasses
import enum
import functools
import sys
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy import ndarray

from fakestormer.types import ConfigError, DataError

Kind = TypeVar("Kind")
PLAIN_NAMES = {float: "a finite number", int: "a whole number", str: "text", bool: "true or false"}


def from_plain(
    kind: type[Kind],
    value: Any,
    where: str,
    *,
    complete: bool = False,
    single: frozenset[str] = frozenset(),
    stand_ins: Mapping[str, Any] | None = None,
) -> Kind:
    """The dataclass whose fields a JSON object holds: lists become tuples or arrays, texts enum members and paths.

    Nothing is converted that has another kind, except whole numbers where fractions are due.

    Args:
        kind: the dataclass; its annotations say what every field must be.
        value: what `json.loads` gave.
        where: the name of the value in error messages.
        complete: refuse an object that lacks a field, even where the field has a default.
        single: names of the arrays that are float32; others become float64.
        stand_ins: values of fields that are never in the file, by name.

    Raises:
        DataError: a field is missing, unknown, of another kind, or refused by the dataclass; without a remedy, which
            the caller knows.
    """
    read: Kind = _Reader(complete, single, stand_ins or {}).dataclass(kind, value, where)
    return read


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _required(kind: Any) -> set[str]:
    nothing = dataclasses.MISSING
    return {f.name for f in dataclasses.fields(kind) if f.default is nothing and f.default_factory is nothing}


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    complete: bool
    single: frozenset[str]
    stand_ins: Mapping[str, Any]

    def dataclass(self, kind: Any, value: Any, where: str) -> Any:
        known = {name: hint for name, hint in _hints(kind).items() if name not in self.stand_ins}
        needed = set(known) if self.complete else _required(kind) & set(known)
        if not isinstance(value, dict) or not needed <= set(value):
            found = sorted(value) if isinstance(value, dict) else type(value).__name__
            raise _wrong(where, f"an object with the fields {sorted(known)}", found)
        if unknown := sorted(set(value) - set(known)):
            raise DataError(f"{where} has the field {unknown[0]}, which this version does not know")
        fields = {name: self.any(known[name], one, f"{where}.{name}") for name, one in value.items()}
        _check_axes({name: known[name].dim_str for name in fields if hasattr(known[name], "dim_str")}, fields, where)
        fields |= {name: one for name, one in self.stand_ins.items() if name in _hints(kind)}
        try:
            return kind(**fields)
        except (ValueError, ConfigError) as error:  # the type's own checks
            raise DataError(f"{where} cannot be used: {error}") from error

    def any(self, kind: Any, value: Any, where: str) -> Any:
        origin = typing.get_origin(kind)
        if dataclasses.is_dataclass(kind):
            return self.dataclass(kind, value, where)
        if origin in (types.UnionType, typing.Union):
            choices = [choice for choice in typing.get_args(kind) if choice is not type(None)]
            return None if value is None else self.any(choices[0], value, where)
        if origin is tuple:
            return self.tuple(typing.get_args(kind), value, where)
        if hasattr(kind, "dim_str"):  # a jaxtyping annotation
            single = where.rpartition(".")[2] in self.single
            return _array(len(kind.dim_str.split()), np.float32 if single else np.float64, value, where)
        if origin is typing.Literal:
            return _one_of(typing.get_args(kind), value, where)
        if issubclass(kind, enum.Enum):
            return kind(_one_of([member.value for member in kind], value, where))
        return Path(_plain(str, value, where)) if kind is Path else _plain(kind, value, where)

    def tuple(self, kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong(where, "a list", value)
        if kinds[-1] is Ellipsis:
            kinds = (kinds[0],) * len(value)
        if len(kinds) != len(value):
            raise _wrong(where, f"a list of {len(kinds)}", value)
        pairs = enumerate(zip(kinds, value, strict=True))
        return tuple(self.any(kind, item, f"{where}[{index}]") for index, (kind, item) in pairs)


def _check_axes(axes: dict[str, str], fields: dict[str, Any], where: str) -> None:
    """Refuse arrays of one object whose axes of the same name differ, or whose numbered axes have another size."""
    known: dict[str, int] = {}
    for name, words in axes.items():
        for axis, size in zip(words.split(), fields[name].shape, strict=True):
            wanted = known.setdefault(axis, int(axis) if axis.isdigit() else size)
            if size != wanted:
                raise _wrong(f"{where}.{name}", f"of {wanted} {axis} along that axis", f"shape {fields[name].shape}")


def _array(num_axes: int, dtype: type[Any], value: Any, where: str) -> ndarray:
    wanted = f"finite numbers in lists {num_axes} deep"
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # what does not fit is refused below
            values: ndarray = np.array(value, dtype=np.float64).astype(dtype)
    except (ValueError, TypeError, OverflowError) as error:
        raise _wrong(where, wanted, value) from error
    if values.ndim != num_axes or not np.isfinite(values).all():
        raise _wrong(where, wanted, value)
    return values


def _one_of(choices: Any, value: Any, where: str) -> Any:
    if not isinstance(value, (str, int, float)) or value not in choices:
        raise _wrong(where, "one of " + ", ".join(map(repr, choices)), value)
    return value


def _plain(kind: Any, value: Any, where: str) -> Any:
    if kind is float and type(value) in (int, float) and abs(value) <= sys.float_info.max:
        return float(value)
    if type(value) is kind and kind is not float:
        return value
    raise _wrong(where, PLAIN_NAMES[kind], value)


def _wrong(where: str, wanted: str, value: Any) -> DataError:
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return DataError(f"{where} must be {wanted}, got {shown}")
