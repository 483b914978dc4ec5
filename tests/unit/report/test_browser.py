"""The page in a real browser: Chromium of the system, driven by Playwright (extra dev); skipped where there is none."""

from __future__ import annotations

import shutil

import pytest
from tests.bad_videos import Recipe, make_video

from fakestormer.report import ENGLISH, write_html
from fakestormer.video import hash_file

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
    assert page.get_by_text(ENGLISH.timeline.format(prior="equal priors"), exact=True).first.is_visible()
    assert [one for one in page.locator("button, input, video").all() if one.is_visible()] == []


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


@pytest.fixture(scope="module")
def film_file(tmp_path_factory):
    """A video of one second that any browser plays."""
    recipe = Recipe(num_frames=25, codec="libvpx", b_frames=0)
    return make_video(tmp_path_factory.mktemp("film") / "one.webm", recipe)


def wait_until(page, condition):
    """Returns when the condition (JavaScript) holds; the page's own policy forbids to wait for it in there."""
    for _ in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within 20 seconds: {condition}")


def line_of(page):
    """Where the line stands on the first face's timeline, from 0 (left end of the time axis) to 1."""
    axis = 760 - 66 - 14
    return (float(page.locator(".person .wide .cursor").first.get_attribute("x1")) - 66) / axis


def test_the_keyboard_plays_the_page_along_to_its_end(show):
    page = show(LAPTOP)
    button, said = page.locator(".play button").first, page.locator(".play output").first
    slider = page.locator(".play input").first
    assert (button.inner_text(), line_of(page)) == (ENGLISH.play.play, 0)
    slider.focus()
    page.keyboard.press("End")
    assert line_of(page) == 1
    assert said.inner_text() == f"0:04.0 \N{MIDDLE DOT} {ENGLISH.play.absent}"  # the last clip is at 0:01.1
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    assert line_of(page) == pytest.approx(0.25)
    assert said.inner_text() == "0:01.0 \N{MIDDLE DOT} nearest clip: 98\N{NO-BREAK SPACE}%, signs of forgery"
    assert slider.get_attribute("aria-valuetext") == said.inner_text()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert button.inner_text() == ENGLISH.play.pause
    wait_until(page, "document.querySelector('.play output').textContent.startsWith('0:04.0')")
    wait_until(page, f"document.querySelector('.play button').textContent == '{ENGLISH.play.play}'")
    assert line_of(page) == 1
    assert page.complaints == []


def test_a_click_on_a_drawing_goes_there_for_every_face_and_shows_its_picture(show):
    page = show(LAPTOP)
    strip = page.locator(".person .wide[data-axis]").nth(1)
    box = strip.bounding_box()
    strip.click(position={"x": (66 + 0.5 * 680) / 760 * box["width"], "y": 20})
    assert line_of(page) == pytest.approx(0.5, abs=0.01)
    said = page.locator(".play output").all_inner_texts()
    assert len(said) == 2
    assert all(one.startswith("0:02.0") for one in said)
    shown = page.locator(".play .now").first
    assert "0:02.1" in shown.inner_text()  # the only evidence frame
    assert shown.locator("img").count() == 3


def test_the_video_itself_plays_along_and_is_held_against_its_hash(show, film_file):
    page = show(LAPTOP)
    told, chooser = page.locator(".film output").first, page.locator(".film input").first
    chooser.set_input_files(film_file)
    wait_until(page, "document.querySelector('.film output').textContent.includes('SHA-256')")
    assert told.inner_text() == ENGLISH.play.other
    page.evaluate(f"document.querySelector('.film').dataset.sha256 = '{hash_file(film_file)}'")
    chooser.set_input_files([])
    chooser.set_input_files(film_file)
    wait_until(page, f"document.querySelector('.film output').textContent == '{ENGLISH.play.same}'")
    wait_until(page, "document.querySelector('video').readyState >= 2")
    page.locator(".play input").first.focus()
    page.keyboard.press("End")
    wait_until(page, "(film => film.currentTime > 0.9 && !film.seeking)(document.querySelector('video'))")
    page.locator(".play button").first.click()
    wait_until(page, "document.querySelector('video').ended")
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_file_that_no_browser_plays_is_said_and_costs_nothing(show, tmp_path):
    page = show(LAPTOP)
    (tmp_path / "words.mp4").write_text("no film")
    page.locator(".film input").first.set_input_files(tmp_path / "words.mp4")
    wait_until(page, f"document.querySelector('.film output').textContent == '{ENGLISH.play.unplayable}'")
    assert not page.locator("video").first.is_visible()
    page.locator(".play input").first.focus()
    page.keyboard.press("End")
    assert line_of(page) == 1


def test_printed_it_fits_a4_and_holds_the_numbers(show, tmp_path):
    pdfium = pytest.importorskip("pypdfium2", reason="the print is read with pypdfium2 (extra dev)")
    show(LAPTOP).pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    with pdfium.PdfDocument(tmp_path / "print.pdf") as document:
        assert {(round(page.get_width()), round(page.get_height())) for page in document} == {(595, 842)}
        text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    assert "0.10" in text  # the table of clips, folded up on the screen
    assert ENGLISH.to_overview not in text
