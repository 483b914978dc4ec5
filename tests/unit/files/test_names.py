from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakestormer.files import from_cell, printable, to_cell

ODD = {
    b"caf\xe9.mp4": r"caf\xe9.mp4",
    b"new\nline.mp4": r"new\nline.mp4",
    b"\x1b[31mred\x07.mp4": r"\x1b[31mred\x07.mp4",
    "a\u202egpj.mp4".encode(): r"a\u202egpj.mp4",
    "a\u200b\u2028b".encode(): r"a\u200b\u2028b",
    "\U000e0041".encode(): r"\U000e0041",
    b"talk:100:.mp4": "talk:100:.mp4",
    "Stra\u00dfe \u5f71\u7247 \u05e9\u05dc.mp4".encode(): "Stra\u00dfe \u5f71\u7247 \u05e9\u05dc.mp4",
    "10.00\u202fAM".encode(): "10.00\u202fAM",
}


@pytest.mark.parametrize("name", ODD)
def test_what_cannot_be_seen_is_escaped_and_all_else_stays(name):
    assert printable(os.fsdecode(name)) == ODD[name]


@given(st.binary(max_size=40))
def test_any_name_becomes_one_line_that_every_encoding_can_hold_with_escapes(name):
    shown = printable(os.fsdecode(name))
    assert shown.splitlines() in ([shown], [])
    assert "\x1b" not in shown
    shown.encode("utf-8")


@given(st.text(max_size=20))
def test_a_cell_never_begins_a_formula_and_is_read_back(text):
    cell = to_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
    assert from_cell(cell) == text
