"""Names of files as people and spreadsheets may see them: one line, whatever is in it, that commands nothing."""

from __future__ import annotations

import unicodedata

SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# A spreadsheet would run a cell that begins so; the wide ones where it is set to Japanese or Chinese.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
QUOTE = "'"
QUOTED = tuple(f"{QUOTE}{first}" for first in (*FORMULA, QUOTE))


def printable(text: str) -> str:
    """The text as one line of visible letters; every other letter as the escape that Python has for it.

    Escaped are what steers a terminal, ends a line, turns the direction of reading or cannot be seen, and the bytes of
    a file's name that are no text (`\\xe9`).
    """
    return "".join(letter if _is_visible(letter) else _escape(letter) for letter in text)


def to_cell(text: str) -> str:
    """Text as a cell of a table: behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"{QUOTE}{text}" if text.startswith((*FORMULA, QUOTE)) else text


def from_cell(cell: str) -> str:
    """The text that `to_cell` made a cell of."""
    return cell[1:] if cell.startswith(QUOTED) else cell


def _is_visible(letter: str) -> bool:
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def _escape(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # how Python holds a byte that is no text
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return SHORT.get(letter, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
