"""The report page as a PDF file: the same words and pictures, set on A4 by Typst (extra `report`)."""

from __future__ import annotations

import base64
import json
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from fakestormer.files import temporary_folder, write_file
from fakestormer.report.chart import NAMESPACE
from fakestormer.report.html import TEMPLATES, view_page
from fakestormer.report.results_file import Failure
from fakestormer.report.texts import ENGLISH, Texts
from fakestormer.types import ConfigError, VideoVerdict

PICTURES, DRAWINGS = ("portrait", "source"), ("timelines", "strips")  # fields with a JPEG address, with SVG text
# Control characters, and letters that reorder their neighbours: no file's name may look like another.
REORDERING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0)))) + REORDERING
LISTED = '#set text(lang: "en")\n#set document(title: "letters")\n#json("letters.json").join(" ")'


def write_pdf(
    verdicts: VideoVerdict | Sequence[VideoVerdict],
    path: str | Path,
    texts: Texts = ENGLISH,
    failures: Sequence[Failure] = (),
) -> None:
    """Write the pages about one or several verdicts to `path`; missing folders are made.

    PDF 1.7 after PDF/UA-1: tagged, with a title, a language and words for every picture. The same verdicts give the
    same file, as long as names keep to the letters of the fonts inside Typst (Latin, Greek, Cyrillic, Hebrew, Arabic
    and others). For other letters the fonts of the system are asked; what none of them has is written as its code
    point, such as [U+4E2D].

    Raises:
        ConfigError: the package typst is not installed.
        DataError: neither verdict nor failure was given, or the file or a temporary one cannot be written.
    """
    typst = load_typst()
    page = view_page(verdicts, texts, failures)
    with temporary_folder() as folder:  # Typst reads nothing outside of it
        shutil.copy(TEMPLATES / "report.typ", folder)
        written = _typeset(typst, folder, _lay_out(page, folder))
    write_file(path, written)


def load_typst() -> Any:
    """The library; ConfigError with what to install where it is missing."""
    try:
        import typst
    except ImportError as error:
        raise ConfigError(
            "a PDF needs the package typst, which is not installed: run pip install 'fakestormer[report]', or write "
            "the page with --html and print it from a browser"
        ) from error
    return typst


def _lay_out(value: Any, folder: Path, name: str = "") -> Any:
    """The view as JSON holds it; pictures and drawings, known by their field's name, go into the folder."""
    if is_dataclass(value):
        return {one.name: _lay_out(getattr(value, one.name), folder, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(getattr(key, "value", key)): _lay_out(one, folder, str(key)) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_lay_out(one, folder, name) for one in value]
    if isinstance(value, Enum):
        return value.value
    if name in PICTURES and value:
        return _add(folder, base64.b64decode(value.partition(",")[2]), "jpg")
    if name in DRAWINGS:
        words = [one.text or "" for one in ET.fromstring(value) if one.tag in _named("title", "desc")]
        return {"source": _add(folder, value.encode(), "svg"), "alt": " ".join(words)}
    return value


def _add(folder: Path, content: bytes, suffix: str) -> str:
    name = f"{len(list(folder.iterdir()))}.{suffix}"
    (folder / name).write_bytes(content)
    return name


def _named(*tags: str) -> list[str]:
    return [f"{{{NAMESPACE}}}{tag}" for tag in tags]


def _typeset(typst: Any, folder: Path, view: Mapping[str, Any]) -> bytes:
    """The finished file. PDF/UA-1 refuses letters that no font has, which is how they are found."""
    shown = _spell_out(view, UNSEEN)
    for system_fonts in (False, True):
        try:
            return _compile(typst, folder, shown, view, system_fonts)
        except typst.TypstError:  # noqa: PERF203 - two rounds; a fault of the template comes up again below
            continue
    letters = sorted({letter for letter in json.dumps(shown, ensure_ascii=False) if not letter.isascii()})
    marks = [letter for letter in letters if unicodedata.combining(letter)]  # their base may be in another font
    missing = marks + _without_glyph(typst, letters)
    return _compile(typst, folder, _spell_out(shown, "".join(missing)), view, system_fonts=True)


def _compile(typst: Any, folder: Path, shown: Mapping[str, Any], meant: Mapping[str, Any], system_fonts: bool) -> bytes:
    content = json.dumps({**shown, "replaced": shown != meant})
    (folder / "view.json").write_text(content, encoding="ascii")
    written: bytes = typst.compile(
        folder / "report.typ", root=folder, pdf_standards=["ua-1"], ignore_system_fonts=not system_fonts
    )
    return written


def _without_glyph(typst: Any, letters: Sequence[str]) -> list[str]:
    """Those of the letters that neither Typst's fonts nor the system's have."""
    try:
        listed = {"main.typ": LISTED.encode(), "letters.json": json.dumps(letters).encode()}
        typst.compile(listed, format="pdf", pdf_standards=["ua-1"])
    except typst.TypstError:
        if len(letters) == 1:
            return list(letters)
        half = len(letters) // 2
        return _without_glyph(typst, letters[:half]) + _without_glyph(typst, letters[half:])
    return []


def _spell_out(value: Any, letters: str) -> Any:
    """The same with those letters written as their code points, in all texts."""
    if isinstance(value, str):
        return value.translate({ord(letter): f"[U+{ord(letter):04X}]" for letter in letters})
    if isinstance(value, Mapping):
        return {name: _spell_out(one, letters) for name, one in value.items()}
    return [_spell_out(one, letters) for one in value] if isinstance(value, list) else value
