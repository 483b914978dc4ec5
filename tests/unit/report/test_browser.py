"""The page in a real browser: Chromium of the system, driven by Playwright (extra dev); skipped where there is none."""

from __future__ import annotations

import shutil

import pytest

from fakestormer.report import ENGLISH, write_html

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (extra dev)")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs the browser Chromium in PATH")

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--no-first-run", "--disable-quic", "--disable-sync",
)  # fmt: skip
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def address(verdict, face, tmp_path):
    """A page about two videos, one with two people, one without any, and a file that could not be read."""
    path = tmp_path / "report.html"
    several = [verdict(face((4.0, 4.0)), face((-4.0,), track_id=3)), verdict(path="b.mp4")]
    write_html(several, path, failures=[("c.mp4", "c.mp4 is empty (0 bytes): copy or download it again")])
    return path.as_uri()


@pytest.fixture
def show(browser, address):
    """Opens the page without a network; notes what it asks for and complains about."""
    contexts = []

    def opened(size, **options):
        context = browser.new_context(viewport=size, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


def test_the_page_opens_without_a_network_without_scripts_and_without_complaints(show):
    page = show(LAPTOP, java_script_enabled=False)
    assert page.complaints == []
    assert all(url.startswith(("file:", "data:")) for url in page.asked)
    assert sum(url.startswith("file:") for url in page.asked) == 1
    assert page.get_by_text(ENGLISH.timeline, exact=True).first.is_visible()


@pytest.mark.parametrize("size", [PHONE, LAPTOP, {"width": 320, "height": 600}], ids=["phone", "laptop", "narrow"])
def test_timeline_and_pictures_are_there_and_nothing_leaves_the_screen(show, size):
    page = show(size)
    drawings = [one for one in page.locator("svg").all() if one.is_visible()]
    assert len(drawings) == 2 * 2  # timeline and strip of two people, the wide or the narrow one
    assert all(one.bounding_box()["height"] > 30 for one in drawings)
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('p, li, td, dd, figcaption')].filter(one => one.offsetParent)"
        ".map(one => parseFloat(getComputedStyle(one).fontSize)))"
    )
    assert smallest >= 12


def test_the_answer_is_on_the_first_screen(show):
    for size in (PHONE, LAPTOP):
        page = show(size)
        assert page.locator("nav .verdict-word").first.bounding_box()["y"] < size["height"]


def test_the_keyboard_goes_through_the_page_from_top_to_bottom(show):
    page = show(LAPTOP)
    visited = []
    for _ in range(40):
        page.keyboard.press("Tab")
        place = page.evaluate(
            "(() => { const one = document.activeElement; if (one === document.body) return null;"
            "const style = getComputedStyle(one);"
            "return [one.tagName, one.getBoundingClientRect().top + scrollY, style.outlineStyle]; })()"
        )
        if place is None:
            break
        visited.append(place)
    assert {name for name, _, _ in visited} >= {"A", "SUMMARY"}
    heights = [top for _, top, _ in visited]
    assert heights == sorted(heights)
    assert all(outline != "none" for _, _, outline in visited)


@pytest.mark.parametrize(
    "size", [pytest.param(PHONE, id="phone"), pytest.param(LAPTOP, id="laptop", marks=pytest.mark.slow)]
)
def test_the_page_is_accessible_by_the_rules_of_axe(show, size):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python (extra dev)")
    page = show(size, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_printed_it_fits_a4_and_holds_the_numbers(show, tmp_path):
    pdfium = pytest.importorskip("pypdfium2", reason="the print is read with pypdfium2 (extra dev)")
    show(LAPTOP).pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    with pdfium.PdfDocument(tmp_path / "print.pdf") as document:
        assert {(round(page.get_width()), round(page.get_height())) for page in document} == {(595, 842)}
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    assert "0.10" in text  # the table of clips, folded up on the screen
    assert ENGLISH.to_overview not in text
