"""What is publicly known of a data set on the disk: where its files lie, what they are, how many there should be.

Paths are templates relative to the set's root, with slashes: `{name}` stands for any text without a slash, `{name:#}`
for digits (as many as there are `#`, one `#` for any number), `{name:a|b}` for one of some words, `{name:**}` for text
that may hold slashes. What a name stood for is known of every file found.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from fakestormer.types import ConfigError

Label = Literal["real", "fake"]
CountSource = Literal["authors", "third party"]
VIDEO = "{ext:mp4|mov|mkv|avi|webm|m4v|mpg|mpeg|MP4|MOV|MKV|AVI|WEBM}"
PICTURE = "{ext:png|jpg|jpeg|PNG|JPG|JPEG}"
_PLACE = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass(frozen=True)
class Part:
    """Files of one kind: where they lie, what they are, and how many are documented.

    `num_files` is None where no documented count was found; `count_source` says whose count it is. `original` is the
    template of the genuine file that a fake was made from. `optional`: the set is whole without it. `frames`: every
    match is one picture, and the pictures of a folder together are one video. Where `label` is None, the set's list
    tells; `method`, `split` and `identity` come from the template's places of those names where the part has none.
    """

    path: str
    label: Label | None
    method: str = ""
    num_files: int | None = None
    count_source: CountSource = "authors"
    compression: str = ""
    split: str = ""
    original: str = ""
    optional: bool = False
    frames: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What matches the relative path of each of its files, whole."""
        return re.compile(_PLACE.sub(_to_group, _escape(self.path)) + r"\Z")

    @property
    def folder(self) -> str:
        """The folders before the first place; empty where the path begins with one."""
        return self.path.partition("{")[0].rpartition("/")[0]

    @property
    def shown(self) -> str:
        """The path for people: the first of several words, and the names of the other places in capitals."""
        return _PLACE.sub(_show, self.path)

    def fill(self, **values: str) -> str:
        """The path of one file; each place takes the value of its name."""
        return fill(self.path, values)


@dataclass(frozen=True)
class Entry:
    """What a set's own list says of one file; empty text and None where it is silent."""

    label: Label | None = None
    split: str = ""
    method: str = ""
    identity: str = ""
    original: str = ""
    compression: str = ""
    group: str = ""


# Reads the list below a root; the parts are those of which files were found, for lists that name no folders.
ListReader = Callable[[Path, tuple[Part, ...]], dict[str, Entry]]


@dataclass(frozen=True)
class Listing:
    """The lists of a set: where they must lie below the root, where a user gets them, and how they are read.

    `complete`: every file of the set is listed, so that a file which is not is unexpected. `unlisted_split`: the split
    of files that no list names. `num_listed`: how many files the lists are documented to name, where that is known.
    """

    paths: tuple[str, ...]
    origin: str
    read: ListReader
    complete: bool = False
    unlisted_split: str = ""
    num_listed: int | None = None


@dataclass(frozen=True)
class Dataset:
    """One data set: its table of parts, its lists, and the sources of what is said here.

    `side`: templates of files that belong to the set but are no videos (masks, terms, notes). `unpack`: the template of
    its archives; a root that holds those and none of the parts is told to unpack them.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    parts: tuple[Part, ...]
    listing: Listing | None = None
    side: tuple[str, ...] = ()
    unpack: str = ""
    notes: tuple[str, ...] = ()

    @property
    def compressions(self) -> tuple[str, ...]:
        """The compressions of its parts, each once, in order."""
        return tuple(dict.fromkeys(part.compression for part in self.parts if part.compression))

    @property
    def has_frames(self) -> bool:
        """Whether its videos are folders of pictures."""
        return any(part.frames for part in self.parts)

    def only(self, compression: str) -> Dataset:
        """The set in that one compression; ConfigError where it has no such parts."""
        if compression not in self.compressions:
            known = ", ".join(self.compressions) or "it has none"
            raise ConfigError(f"{self.name} has no compression {compression!r}: choose from {known}")
        kept = tuple(part for part in self.parts if part.compression in ("", compression))
        aside = tuple(part.path for part in self.parts if part not in kept)
        return replace(self, parts=kept, side=(*self.side, *aside))


def fill(template: str, values: dict[str, str]) -> str:
    """The template with the value of its name in each place; KeyError where one is not given."""
    return _PLACE.sub(lambda place: values[place[1]], template)


def matcher(template: str) -> re.Pattern[str]:
    """What matches a whole relative path of that template."""
    return Part(template, None).pattern


def _escape(template: str) -> str:
    """The template with everything outside its places escaped for a regular expression."""
    ends = [0, *(position for place in _PLACE.finditer(template) for position in place.span()), len(template)]
    pieces = [template[start:end] for start, end in itertools.pairwise(ends)]
    return "".join(re.escape(piece) if number % 2 == 0 else piece for number, piece in enumerate(pieces))


def _show(place: re.Match[str]) -> str:
    kind = place[2]
    return place[1].upper() if kind is None or kind == "**" or set(kind) == {"#"} else kind.partition("|")[0]


def _to_group(place: re.Match[str]) -> str:
    name, kind = place[1], place[2]
    if kind is None:
        return f"(?P<{name}>[^/]+?)"
    if kind == "**":
        return f"(?P<{name}>.+?)"
    if set(kind) == {"#"}:
        return rf"(?P<{name}>\d+)" if kind == "#" else rf"(?P<{name}>\d{{{len(kind)}}})"
    return f"(?P<{name}>{'|'.join(map(re.escape, kind.split('|')))})"
