from __future__ import annotations

import ctypes
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from fakestormer.report import ENGLISH, render_html, write_pdf
from fakestormer.types import ConfigError

pdfium = pytest.importorskip("pypdfium2", reason="the PDF is read with pypdfium2 (extra dev)")
typst = pytest.importorskip("typst", reason="needs typst (extra report)")
FOOTER = 57  # points above the lower edge of a page
CHINESE = "\u89c6\u9891"
ONLY_ON_SCREEN = {"play", "film", "back", "jump"}
VOID = {"meta", "link", "img", "input", "br"}


class VisibleWords(HTMLParser):
    """The pieces of text of a page that are also meant for paper; those inside drawings are left out."""

    def __init__(self, page):
        super().__init__()
        self.pieces, self.hidden = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag in VOID:
            return
        classes = set((dict(attributes).get("class") or "").split())
        self.hidden.append(tag in {"script", "style", "title", "svg"} or bool(classes & ONLY_ON_SCREEN))

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.hidden.pop()

    def handle_data(self, data):
        if not any(self.hidden) and data.strip(" \n\N{MIDDLE DOT}"):
            self.pieces.append(data)


def squeezed(words):
    return "".join(words.split()).replace("\N{NO-BREAK SPACE}", "")


def words_of(path):
    """All words on the pages without their footers and without any space, since lines break where they like."""
    with pdfium.PdfDocument(path) as document:
        return squeezed("".join(page.get_textpage().get_text_bounded(bottom=FOOTER) for page in document))


def read_text(call, source):
    length = call(source, None, 0)
    buffer = (ctypes.c_ushort * length)()
    call(source, buffer, length)
    return bytes(buffer)[:length].decode("utf-16-le").rstrip("\0")


def tagged_elements(path):
    """Type and alternative text of every tagged element, in reading order."""

    def walk(element):
        yield (
            read_text(pdfium.raw.FPDF_StructElement_GetType, element),
            read_text(pdfium.raw.FPDF_StructElement_GetAltText, element),
        )
        for index in range(pdfium.raw.FPDF_StructElement_CountChildren(element)):
            if child := pdfium.raw.FPDF_StructElement_GetChildAtIndex(element, index):
                yield from walk(child)

    with pdfium.PdfDocument(path) as document:
        for page in document:
            tree = pdfium.raw.FPDF_StructTree_GetForPage(page)
            for index in range(pdfium.raw.FPDF_StructTree_CountChildren(tree)):
                yield from walk(pdfium.raw.FPDF_StructTree_GetChildAtIndex(tree, index))
            pdfium.raw.FPDF_StructTree_Close(tree)


@pytest.fixture
def written(verdict, tmp_path):
    def write(*faces, **changes):
        path = tmp_path / "new" / "report.pdf"
        write_pdf(verdict(*faces, **changes), path)
        return path

    return write


def test_every_word_of_the_page_is_on_paper(verdict, face, measured, calibration, tmp_path):
    measured = replace(calibration, measured=measured)
    judged = verdict(face((4.0, 4.0)), face((-4.0,), 1))
    judged = replace(judged, provenance=replace(judged.provenance, calibration=measured))
    several, failures = (
        [judged, verdict(path="b.mp4"), verdict(face((0.1,), pictures=False))],
        [("c.mp4", "it is empty")],
    )
    path = tmp_path / "report.pdf"
    write_pdf(several, path, failures=failures)
    shown = words_of(path)
    said = VisibleWords(render_html(several, failures=failures)).pieces
    assert len(said) > 200
    assert [piece for piece in said if squeezed(piece) not in shown] == []


def test_pages_are_a4_upright_and_hold_the_pictures(written, face):
    with pdfium.PdfDocument(written(face())) as document:
        assert {(round(page.get_width()), round(page.get_height())) for page in document} == {(595, 842)}
        pictures = [one for page in document for one in page.get_objects() if one.type == pdfium.raw.FPDF_PAGEOBJ_IMAGE]
    assert len(pictures) >= 6


def test_a_screen_reader_finds_title_language_headings_and_words_for_every_picture(written, face):
    path = written(face())
    with pdfium.PdfDocument(path) as document:
        assert pdfium.raw.FPDFCatalog_IsTagged(document)
        assert read_text(pdfium.raw.FPDFCatalog_GetLanguage, document) == ENGLISH.language
        assert document.get_metadata_dict()["Title"] == ENGLISH.title_one.format(name="town hall.mp4")
        outline = [(entry.level, entry.get_title()) for entry in document.get_toc()]
    elements = list(tagged_elements(path))
    kinds = [kind for kind, _ in elements]
    assert {"H1", "H2", "Table", "TH", "L"} <= set(kinds)
    described = [alt for kind, alt in elements if kind == "Figure"]
    assert len(described) >= 9  # the scale, the portrait, two drawings, frames and faces with their maps
    assert all(described)
    assert ENGLISH.chart_title.split("{")[0] in " ".join(described)
    assert (0, "town hall.mp4") in outline


def test_names_of_files_are_never_read_as_markup(written):
    name = """#panic("!") $x$ *b* _i_ `c` @a <l> \\u{41} // #image("\\etc\\passwd") [z] = {} ~ -- 'q' <svg data:image"""
    assert squeezed(name.rpartition("/")[2]) in words_of(written(path=name))


def test_letters_that_reorder_or_break_lines_are_spelled_out(written):
    shown = words_of(written(path="a\u202egpj.\u0007\nmp4"))
    assert r"a\u202egpj.\x07\nmp4" in shown


def test_names_in_other_alphabets_are_legible_without_any_font_of_the_system(written, monkeypatch):
    monkeypatch.setattr(typst, "compile", with_own_fonts_only(typst.compile))
    for name in ("\u041f\u0440\u0438\u0432\u0435\u0442", "\u0393\u03b5\u03b9\u03ac", "Zażółć"):
        shown = words_of(written(path=f"{name}.mp4"))
        assert f"{name}.mp4" in shown
        assert squeezed(ENGLISH.no_glyph) not in shown


def test_a_letter_that_no_font_has_is_written_as_its_code_point(written, monkeypatch):
    monkeypatch.setattr(typst, "compile", with_own_fonts_only(typst.compile))
    shown = words_of(written(path=f"{CHINESE} \N{LATIN SMALL LETTER E WITH ACUTE}.mp4"))
    assert "[U+89C6][U+9891]\N{LATIN SMALL LETTER E WITH ACUTE}.mp4" in shown
    assert squeezed(ENGLISH.no_glyph) in shown


@pytest.mark.parametrize(
    "name",
    ["\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ROCKET}", "\u4e2d\u0301\u1dfa", "\u0e01\u0e47", "a\ufffe\U0010ffff", "\ud800"],
    ids=ascii,
)
def test_no_name_costs_the_report(written, monkeypatch, name):
    monkeypatch.setattr(typst, "compile", with_own_fonts_only(typst.compile))
    assert ".mp4" in words_of(written(path=f"{name}.mp4"))


def with_own_fonts_only(compile_):
    return lambda *inputs, **options: compile_(*inputs, **{**options, "ignore_system_fonts": True})


def test_a_name_without_spaces_breaks_within_the_page(written):
    name = "x" * 200 + ".mp4"
    assert name in words_of(written(path=name))


def test_the_same_verdict_gives_the_same_pdf(verdict, face, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        write_pdf(verdict(face()), tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_without_the_library_one_sentence_says_what_to_install(verdict, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ConfigError, match=r"pip install 'fakestormer\[report\]'"):
        write_pdf(verdict(), tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()
