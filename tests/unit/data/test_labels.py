from __future__ import annotations

from pathlib import Path

import pytest

from fakestormer.data import list_sources, read_label
from fakestormer.types import DataError

TABLE = Path("list.csv")


@pytest.mark.parametrize("text", ["real", "REAL", " Real ", "genuine", "original", "0", "0.0"])
def test_genuine_in_many_spellings_is_real(text):
    assert read_label(TABLE, 2, text) == "real"


@pytest.mark.parametrize("text", ["fake", "FAKE", "Forged", "manipulated", "1", "1.0"])
def test_forged_in_many_spellings_is_fake(text):
    assert read_label(TABLE, 2, text) == "fake"


@pytest.mark.parametrize("text", ["", "2", "maybe", "true", "reals"])
def test_an_unknown_spelling_is_refused_with_its_line(text):
    with pytest.raises(DataError, match=f"list.csv, line 7: the label '{text}' is neither real nor fake"):
        read_label(TABLE, 7, text)


def test_prepare_takes_every_spelling_and_refuses_what_it_does_not_know(tmp_path):
    manifest = tmp_path / "list.csv"
    manifest.write_text("file,label\na.mp4,real\nb.mp4,REAL\nc.mp4,genuine\nd.mp4,1\ne.mp4,\n")
    assert [source.name for source in list_sources(manifest)] == ["a.mp4", "b.mp4", "c.mp4", "e.mp4"]
    manifest.write_text("file,label\na.mp4,real\nb.mp4,perhaps\n")
    with pytest.raises(DataError, match="line 3: the label 'perhaps'"):
        list_sources(manifest)
