from __future__ import annotations

import os

import pytest

from fakestormer.faces.backends.native_notes import without_notes


def test_notes_of_native_libraries_are_left_out_and_warnings_come_through(capfd: pytest.CaptureFixture[str]) -> None:
    with without_notes():
        os.write(2, b"INFO: Created a delegate.\nWARNING: too old\n")
    os.write(2, b"INFO: of somebody else\n")
    assert capfd.readouterr().err == "WARNING: too old\nINFO: of somebody else\n"


def test_what_was_written_before_a_failure_comes_through(capfd: pytest.CaptureFixture[str]) -> None:
    @without_notes()
    def fail() -> None:
        os.write(2, b"ERROR: what it was\n")
        raise ValueError("no model")

    with pytest.raises(ValueError, match="no model"):
        fail()
    assert capfd.readouterr().err == "ERROR: what it was\n"
