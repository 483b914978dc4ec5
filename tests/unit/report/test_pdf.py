from __future__ import annotations

import importlib.util
import sys

import pytest

from fakestormer.report import ENGLISH, write_pdf
from fakestormer.types import ConfigError

pdfium = pytest.importorskip("pypdfium2", reason="the PDF is read with pypdfium2 (extra dev)")
CAN_WRITE = importlib.util.find_spec("weasyprint") is not None
needs_weasyprint = pytest.mark.skipif(not CAN_WRITE, reason="needs weasyprint (extra report)")


def words_of(path):
    with pdfium.PdfDocument(path) as document:
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def _pango():
    try:
        import weasyprint  # noqa: F401
    except OSError:
        pytest.skip("needs the system library Pango")


@needs_weasyprint
@pytest.mark.usefixtures("_pango")
def test_the_pdf_holds_what_the_page_holds(verdict, face, tmp_path):
    path = tmp_path / "new" / "report.pdf"
    write_pdf([verdict(face((4.0, 4.0))), verdict(path="b.mp4")], path, failures=[("c.mp4", "it is empty")])
    text = words_of(path)
    parts = (ENGLISH.timeline, ENGLISH.maps["score"].means, ENGLISH.clip_table, ENGLISH.limits, ENGLISH.custody_note)
    for said in (*parts, "town hall.mp4", "No face was found in 100 frames.", "It is empty.", "cd" * 32, "4.00"):
        assert " ".join(said.split()) in text, said
    with pdfium.PdfDocument(path) as document:
        assert all(page.get_width() < page.get_height() for page in document)  # A4 upright
        pictures = [one for page in document for one in page.get_objects() if one.type == 3]
    assert len(pictures) >= 6


@needs_weasyprint
@pytest.mark.usefixtures("_pango")
def test_the_same_verdict_gives_the_same_pdf(verdict, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        write_pdf(verdict(), tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_without_the_library_one_sentence_says_what_to_install(verdict, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(ConfigError, match=r"pip install 'fakestormer\[report\]'"):
        write_pdf(verdict(), tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()
